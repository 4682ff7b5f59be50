"""The observation pass against one row at a time with autograd."""

import copy
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from rounding import close, depth

from regression_unlearning.evaluation.observations import PARTS, Observation
from regression_unlearning.files import write_npz
from regression_unlearning.models.modules.activations import layer_at
from regression_unlearning.settings.measuring import Observation as Settings
from regression_unlearning.training import interruption
from regression_unlearning.training.observe import observe, pass_over

STEPS = 10  # words of a sentence


@pytest.fixture(params=["mse", "l1", "quantile"])
def seen(request, make_task):
    """A task, its model, the parts, and what was observed in batches of 5."""
    quantiles = (0.1, 0.5, 0.9) if request.param == "quantile" else ()
    task = make_task(loss=request.param, quantiles=quantiles)
    model = task.new_model()
    parts = {
        "retain": task.retain,
        "forget": task.forget,
        "validation_retain": torch.tensor([22, 24, 25]),
        "validation_forget": torch.tensor([23, 26, 27]),
        "test_retain": torch.tensor([28, 30, 31, 33, 34]),
        "test_forget": torch.tensor([29, 32, 35]),
    }
    arrays = observe(model, task, parts, Settings(max_rows=100, batch_size=5))
    return task, model, parts, arrays


def by_autograd(task, model, row):
    """Output, loss, activation and gradients of one row; the loss written out."""
    model = copy.deepcopy(model).eval()
    given = {}
    handle = model.output.register_forward_pre_hook(lambda _, inputs: given.update(a=inputs[0]))
    output = model(task.data.batch(torch.tensor([row])))
    handle.remove()
    given["a"].retain_grad()
    output.retain_grad()
    away = output[0] - task.data.target[row]
    shares = torch.tensor(task.quantiles or (0.5,))
    loss = {
        "mse": away.square(),
        "l1": away.abs(),
        "quantile": torch.where(away > 0, (1 - shares) * away, -shares * away),
    }[task.loss].sum()
    loss.backward()
    return {
        "prediction": output[0, len(shares) // 2].item(),  # the median
        "loss": loss.item(),
        "activation": given["a"][0].detach().numpy(),
        "output_gradient": output.grad[0].numpy(),
        "activation_gradient": given["a"].grad[0].numpy(),
        "weight_gradient": model.output.weight.grad.numpy(),
        "bias_gradient": model.output.bias.grad.numpy(),
    }


def test_every_row_equals_one_by_one_autograd(seen):
    task, model, _, arrays = seen
    observation, count = Observation(arrays), depth(model, STEPS)
    for part in PARTS:
        features, index = observation.features(part)
        width = observation.weight.shape[1]
        numbers = arrays[f"{part}/row_id"]
        assert arrays[f"{part}/target"].tolist() == task.data.target[numbers].tolist()
        rows = [by_autograd(task, model, int(row)) for row in numbers]
        expected = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
        for name in ("prediction", "loss", "output_gradient", "activation"):
            close(arrays[f"{part}/{name}"], expected[name], 2 * count, what=name)
        # per-sample gradients, from the stored arrays alone
        slope, given = (arrays[f"{part}/{name}"] for name in ("output_gradient", "activation"))
        close(slope[:, :, None] * given[:, None], expected["weight_gradient"], 2 * count)
        close(slope, expected["bias_gradient"], 2 * count)
        down = slope @ arrays["last_layer/weight"]
        close(down, expected["activation_gradient"], 2 * count)
        assert index.tolist() == list(range(len(numbers)))
        by_hand = np.concatenate(
            [expected["loss"][:, None], expected["activation_gradient"], expected["activation"]], 1
        )
        magnitude = np.abs(by_hand).max(0, keepdims=True)  # of each column
        close(features, by_hand, 2 * count, magnitude)
        assert features.shape[1] == 1 + 2 * width


def test_the_layout_is_what_the_docstring_says(seen, tmp_path):
    task, _model, parts, arrays = seen
    write_npz(tmp_path / "o.npz", arrays)
    read = Observation.read(tmp_path / "o.npz")
    assert read.loss == task.loss
    outputs = len(task.quantiles) or 1
    sizes = {"retain": 14, "forget": 8, "validation": 6, "test": 8}
    names = {
        "row_id": ("int32", ()), "target": ("float32", ()), "prediction": ("float32", ()),
        "loss": ("float32", ()), "output_gradient": ("float32", (outputs,)),
        "activation_index": ("int32", ()), "activation": ("float32", (6,)),
    }  # fmt: skip
    expected = {f"{part}/{name}" for part in sizes for name in names}
    expected |= {"test/like_forget", "validation/like_forget", "last_layer/weight"}
    expected |= {"quantiles"} if task.quantiles else set()
    assert set(read.arrays) == expected | {"last_layer/bias", "loss"}
    assert read.arrays.get("quantiles", np.empty(0)).tolist() == list(task.quantiles)
    for part, size in sizes.items():
        for name, (dtype, rest) in names.items():
            array = read.arrays[f"{part}/{name}"]
            assert (array.dtype, array.shape) == (np.dtype(dtype), (size, *rest))
    assert read.of("test", "row_id", like_forget=True).tolist() == parts["test_forget"].tolist()
    assert read.of("test", "row_id", like_forget=False).tolist() == parts["test_retain"].tolist()
    unlike, index = read.features("validation", like_forget=False)
    assert arrays["validation/row_id"][index].tolist() == [22, 24, 25]
    np.testing.assert_array_equal(unlike, read.features("validation")[0][index])
    assert (read.arrays["last_layer/weight"].shape, read.arrays["last_layer/bias"].shape) == (
        (outputs, 6), (outputs,),
    )  # fmt: skip


def test_what_no_training_saw_is_a_part_of_its_own_where_the_data_have_it(seen):
    """Those that methods train against are not looked at."""
    task, model, parts, arrays = seen
    assert Observation(arrays).never_seen == "test"
    more = {
        **parts,
        "unseen_validation_retain": torch.tensor([22]),
        "unseen_validation_forget": torch.tensor([23]),
        "unseen_test_retain": torch.tensor([35, 28]),
        "unseen_test_forget": torch.tensor([29]),
    }
    read = Observation(observe(model, task, more, Settings(max_rows=100, batch_size=5)))
    assert read.never_seen == "unseen_test"
    new = {name for name in read.arrays if name not in arrays}
    assert new and all(name.startswith("unseen_test/") for name in new)
    assert read.of("unseen_test", "row_id").tolist() == [35, 28, 29]
    assert read.of("unseen_test", "row_id", like_forget=True).tolist() == [29]
    assert all(np.array_equal(read.arrays[name], array) for name, array in arrays.items())


def test_the_cap_draws_the_same_rows_for_every_model(seen):
    task, model, parts, every = seen
    settings = Settings(max_rows=4, batch_size=3)
    first = observe(model, task, parts, settings)
    second = observe(task.new_model("another"), task, parts, settings)
    for part in PARTS:
        index = first[f"{part}/activation_index"]
        assert len(index) == 4 and (np.diff(index) > 0).all()
        np.testing.assert_array_equal(index, second[f"{part}/activation_index"])
        whole = every[f"{part}/activation"][index]
        close(first[f"{part}/activation"], whole, depth(model, STEPS))
        assert len(first[f"{part}/loss"]) == len(every[f"{part}/loss"])  # the rest is not capped
    drawn = {tuple(first[f"{part}/activation_index"]) for part in ("forget", "test")}
    assert len(drawn) == 2  # both of 8 rows: a draw for each part


def test_an_earlier_layer_is_kept_of_the_same_rows(seen):
    """Averaged over positions; all else is as without it."""
    task, model, parts, _ = seen
    settings = Settings(max_rows=4, batch_size=3)
    without = observe(model, task, parts, settings)
    found = observe(model, task, parts, settings.model_copy(update={"earlier": 0.0}))
    assert set(found) - set(without) == {f"{part}/earlier" for part in PARTS}
    assert all(np.array_equal(found[name], one) for name, one in without.items())
    for part in PARTS:
        rows = found[f"{part}/row_id"][found[f"{part}/activation_index"]]
        given = []
        layer = model.get_submodule(model.layers[0])
        handle = layer.register_forward_hook(lambda _m, _i, out, given=given: given.append(out))
        with torch.no_grad():
            copy.copy(model).eval()(task.data.batch(torch.from_numpy(rows).long()))
        handle.remove()
        wanted = given[0][0] if isinstance(given[0], tuple) else given[0]
        wanted = wanted.flatten(1, -2).mean(1) if wanted.ndim > 2 else wanted
        close(found[f"{part}/earlier"], wanted.numpy(), depth(model, STEPS))


@pytest.mark.parametrize(
    ("layers", "at", "wanted"),
    [("abcd", 0, "a"), ("abcd", 0.5, "c"), ("abcd", 1, "d"), ("a", 0.5, "a"), ("", 0.5, None)],
)
def test_a_layer_is_named_by_its_depth(layers, at, wanted):
    assert layer_at(SimpleNamespace(layers=(*layers, "output")), at) == wanted


@pytest.mark.parametrize("training", [True, False])
def test_the_model_is_left_as_it_was(make_task, bits, training):
    task = make_task(dropout=0.9)
    model = task.new_model().train(training)
    model.head[0].eval()
    before, modes = bits(model), [module.training for module in model.modules()]
    random = torch.get_rng_state()
    parts = {"retain": task.retain, "forget": task.forget}
    for split in ("validation", "test"):
        parts |= {f"{split}_retain": torch.tensor([22]), f"{split}_forget": torch.tensor([23])}
    arrays = observe(model, task, parts, Settings())
    assert bits(model) == before
    assert [module.training for module in model.modules()] == modes
    assert all(parameter.grad is None for parameter in model.parameters())
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())
    assert torch.equal(torch.get_rng_state(), random)  # no dropout was drawn
    again = observe(model, task, parts, Settings())
    assert all(np.array_equal(arrays[name], again[name]) for name in arrays)


def test_modes_and_hooks_come_back_after_an_error(make_task):
    task = make_task()
    model = task.new_model().train()
    with pytest.raises(IndexError):
        observe(
            model, task, {"retain": torch.tensor([999]), "forget": task.forget,
                          **{f"{s}_{k}": torch.tensor([22]) for s in ("validation", "test")
                             for k in ("retain", "forget")}},
            Settings(),
        )  # fmt: skip
    assert all(module.training for module in model.modules())
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())


def test_asked_to_end_it_ends_before_the_next_batch(make_task, monkeypatch):
    task = make_task()
    model = task.new_model()
    passes = []
    model.register_forward_hook(lambda *_: passes.append(len(passes)))
    monkeypatch.setattr(interruption, "asked", lambda: len(passes) == 2)
    with pytest.raises(interruption.Interrupted) as ended:
        pass_over(model, task, task.retain, 4)
    assert len(passes) == 2 < len(task.retain) / 4
    assert ended.value.code == 128 + 15
