"""A model from elsewhere: what its file is, and whether the network takes it."""

import subprocess
import sys

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from regression_unlearning import load_model, save_model
from regression_unlearning.errors import UserError
from regression_unlearning.models.weights import Weight, misfit, weights_in
from regression_unlearning.training.checkpoints import load, record_of, seconds_of


def test_weights_are_read_from_the_header(tmp_path):
    path = tmp_path / "m.safetensors"
    values = {
        "w": torch.ones(2, 3, dtype=torch.bfloat16),
        "count": torch.tensor(4),
        "kept": torch.tensor([True]),
    }
    save_file(values, path)
    assert weights_in(path, "x") == {
        "w": Weight((2, 3)),
        "count": Weight((), floating=False),
        "kept": Weight((1,), floating=False),
    }


def test_a_file_that_begins_like_a_pickle_is_none(tmp_path):
    """The header's length is the file's first byte: 128 is a pickle's sign too."""
    path = tmp_path / "m.safetensors"
    save_file({"w" * 69: torch.ones(1)}, path)
    assert path.read_bytes()[:1] == b"\x80"
    assert list(weights_in(path, "x")) == ["w" * 69]


def test_a_header_is_read_without_a_network_library(tmp_path):
    path = tmp_path / "m.safetensors"
    save_file({"w": torch.ones(2)}, path)
    code = (
        "import sys; from regression_unlearning.pipeline import originals; "
        "from regression_unlearning.models import weights; "
        f"weights.weights_in({str(path)!r}, 'x'); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def cut(path):
    save_file({"w": torch.ones(200)}, path)
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "there is no such file."),
        (lambda path: path.mkdir(), "Is a directory."),
        (cut, "it is no whole safetensors file"),
        (lambda path: path.write_bytes(b""), "it is no whole safetensors file"),
        (lambda path: path.write_bytes(b"weights: 1, 2, 3"), "it is no whole safetensors file"),
        (lambda path: save_file({}, path), "it holds no weights."),
    ],
)
def test_a_file_that_is_none_is_one_line(make, said, tmp_path):
    path = tmp_path / "m.safetensors"
    make(path)
    with pytest.raises(UserError) as raised:
        weights_in(path, "datasets.faces.original: m")
    text = str(raised.value)
    assert text.startswith(f"datasets.faces.original: m: {said}") and "\n" not in text
    assert ("safetensors.torch.save_file" in text) == ("no whole" in said)


def test_what_does_not_fit_is_counted_and_the_first_of_each_is_named():
    wanted = {name: Weight((2, 3)) for name in ("a", "b", "c", "d")}
    assert misfit(wanted, wanted) == ""
    found = {
        "module.a": Weight((2, 3)),
        "module.b": Weight((2, 3)),
        "c": Weight((3, 2)),
        "d": Weight((2, 3), floating=False),
    }
    assert misfit(found, wanted) == (
        "2 of 4 weights missing, the first 'a'; "
        "2 foreign, the first 'module.a'; "
        "1 of another shape, the first 'c': (3, 2), not (2, 3); "
        "1 of another kind, the first 'd': it must hold fractions"
    )


def test_a_model_goes_to_a_file_and_comes_back(make_task, tmp_path, bits):
    task = make_task()
    model = task.new_model("other")
    save_model(model, tmp_path / "new/m.safetensors", method="finetune")
    again = load_model(task, tmp_path / "new/m.safetensors")
    assert bits(again) == bits(model) and not again.training
    record = record_of(tmp_path / "new/m.safetensors")
    assert record["method"] == "finetune" and len(record["code"]) == 64
    assert record["machine"]["torch"] and "seconds" not in record
    assert [path.name for path in sorted((tmp_path / "new").iterdir())] == [
        "m.json",
        "m.safetensors",
    ]


def test_other_precisions_become_the_network_s(make_task, tmp_path):
    task = make_task()
    model = task.new_model()
    half = {name: value.half() for name, value in model.state_dict().items()}
    save_file(half, tmp_path / "m.safetensors")
    found = load_model(task, tmp_path / "m.safetensors").state_dict()
    assert all(torch.equal(found[name], value.float()) for name, value in half.items())
    assert {value.dtype for value in found.values()} == {torch.float32}


def test_a_model_of_another_network_is_refused_in_one_line(make_task, tmp_path):
    task = make_task()
    state = task.new_model().state_dict()
    state["old.bias"] = state.pop("output.bias")
    save_file(state, tmp_path / "m.safetensors")
    with pytest.raises(UserError) as raised:
        load_model(task, tmp_path / "m.safetensors")
    assert str(raised.value) == (
        f"cannot load {tmp_path}/m.safetensors into SentencePairLSTM: 1 of {len(state)} weights "
        "missing, the first 'output.bias' (closest there: 'old.bias'); 1 foreign, "
        "the first 'old.bias'. "
        "See docs/your-own-model.md."
    )


def test_counters_are_no_fractions(tmp_path):
    model = nn.BatchNorm1d(2)
    state = {name: value.float() for name, value in model.state_dict().items()}
    save_file(state, tmp_path / "m.safetensors")
    with pytest.raises(UserError, match="'num_batches_tracked': it must hold integers"):
        load(model, tmp_path / "m.safetensors")


def test_a_model_s_file_has_its_ending(make_task, tmp_path):
    with pytest.raises(UserError, match=r"m\.pt: a model's file must end with \.safetensors"):
        save_model(make_task().new_model(), tmp_path / "m.pt")
    assert not list(tmp_path.iterdir())


def test_a_helper_without_seconds_is_named(make_task, tmp_path):
    path = tmp_path / "m.safetensors"
    save_model(make_task().new_model(), path)
    with pytest.raises(UserError, match=r"m\.json has no `seconds`.*train\.py"):
        seconds_of(path)
    path.with_suffix(".json").unlink()
    with pytest.raises(UserError, match=r"m\.json does not exist"):
        seconds_of(path)
