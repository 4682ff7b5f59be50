"""A state that torch.save wrote: taken where it holds tensors alone, refused where it does not."""

import os
from collections import OrderedDict
from functools import partial

import pytest
import torch
from method_tasks import make_task, same
from torch import nn

from regression_unlearning import load_model
from regression_unlearning.errors import UserError
from regression_unlearning.models import weights
from regression_unlearning.models.modules import unpickle
from regression_unlearning.models.weights import as_safetensors, unwrapped, weights_in

W = {"a.w": torch.arange(6.0).view(2, 3).T, "a.n": torch.tensor(4)}
SHARED = torch.ones(4)


class Runs:
    """Unpickled by pickle itself, it makes a folder."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.fixture(autouse=True)
def unbound(monkeypatch):
    """Do not bound the process of the tests."""
    monkeypatch.setattr(unpickle, "bound", lambda size: None)


@pytest.mark.parametrize(
    "held",
    [
        W,
        OrderedDict(W),
        {"state_dict": W, "epoch": 3, "optimizer": {"state": {}}},
        {"model": {"state_dict": OrderedDict(W)}},
        {"model_state_dict": W, "loss": 0.1},
    ],
)
@pytest.mark.parametrize("zipped", [True, False])
def test_a_state_is_found_where_scripts_leave_it(held, zipped, tmp_path):
    source, target = tmp_path / "m.pt", tmp_path / "m.safetensors"
    torch.save(held, source, _use_new_zipfile_serialization=zipped)
    unpickle.main(str(source), str(target))
    assert weights_in(target, "x") == {
        "a.w": weights.Weight((3, 2)),
        "a.n": weights.Weight((), floating=False),
    }


def test_weights_that_share_memory_are_each_written(tmp_path):
    source, target = tmp_path / "m.pt", tmp_path / "m.safetensors"
    torch.save({"a": SHARED, "b": SHARED[1:]}, source)
    unpickle.main(str(source), str(target))
    assert {name: one.shape for name, one in weights_in(target, "x").items()} == {
        "a": (4,),
        "b": (3,),
    }


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (nn.Linear(1, 1), "it holds more than tensors (torch.nn.modules.linear.Linear), which is"),
        ({"state_dict": W, "made": Runs("x")}, "it holds more than tensors (posix.mkdir), which"),
        ([1, 2], "it holds no state but list"),
        ({"net": W}, "beside tensors it holds 'net'"),
        ({"a": torch.ones(1), "lr": 0.1}, "beside tensors it holds 'lr'"),
        (b"PK\x03\x04 cut", "it is no state that torch reads ("),
    ],
)
def test_what_is_no_state_is_one_line(held, said, tmp_path):
    source = tmp_path / "m.pt"
    if isinstance(held, bytes):
        source.write_bytes(held)
    else:
        torch.save(held, source)
    with pytest.raises(unpickle.NoState) as raised:
        unpickle.main(str(source), str(tmp_path / "m.safetensors"))
    assert str(raised.value).startswith(said) and "\n" not in str(raised.value)


def test_a_hostile_pickle_is_refused_and_runs_nothing(tmp_path):
    """The whole way: in a process of its own."""
    source, made = tmp_path / "m.pt", tmp_path / "made"
    torch.save({"state_dict": W, "more": Runs(made)}, source)
    with pytest.raises(UserError) as raised, as_safetensors(source, "original: m.pt") as _:
        pass
    assert str(raised.value) == (
        "original: m.pt: it holds more than tensors (posix.mkdir), which is never loaded; save "
        "model.state_dict() with safetensors.torch.save_file, or with torch.save."
    )
    assert not made.exists()


def test_time_and_memory_are_bounded(monkeypatch, tmp_path):
    source = tmp_path / "m.pt"
    torch.save(W, source)
    monkeypatch.setattr(weights, "SECONDS", 0)
    monkeypatch.setattr(weights, "PACE", 1 << 40)
    said = "m: it is not read within 0 s; save model"
    with pytest.raises(UserError, match=said), as_safetensors(source, "m"):
        pass
    monkeypatch.setattr(torch, "load", partial(_too_much, torch.load))
    with pytest.raises(unpickle.NoState, match="takes more memory"):
        unpickle.main(str(source), str(tmp_path / "m.safetensors"))


def _too_much(_load, *_arguments, **_options):
    raise MemoryError


def test_a_pickled_state_makes_the_model(tmp_path):
    task = make_task()
    model = task.new_model("other")
    state = {f"module.{name}": value for name, value in model.state_dict().items()}
    torch.save({"state_dict": state}, tmp_path / "m.pth")
    assert same(load_model(task, tmp_path / "m.pth"), model)


@pytest.mark.parametrize(
    ("found", "wanted", "names"),
    [
        ("module.a module.b", "a b", "a b"),
        ("_orig_mod.a _orig_mod.b", "a b", "a b"),
        ("module._orig_mod.a module._orig_mod.b", "a b", "a b"),
        ("module.a module.b", "module.a module.b", "module.a module.b"),
        ("module.a b", "a b", "module.a b"),
        ("module.c module.d", "a b", "c d"),
    ],
)
def test_what_wraps_a_network_is_no_part_of_names(found, wanted, names):
    given = {name: number for number, name in enumerate(found.split())}
    assert unwrapped(given, dict.fromkeys(wanted.split())) == dict(
        zip(names.split(), given.values(), strict=True)
    )
