"""Every method on a convolutional network with running means, on images that are augmented."""

import pytest
import torch
from image_tasks import image_task
from method_tasks import same, trained
from rounding import close, depth
from test_methods_all import FIT, METHODS, moving, options

from regression_unlearning.settings.measuring import Observation, Relearning
from regression_unlearning.training import interruption
from regression_unlearning.training.batches import in_turn, shuffled
from regression_unlearning.training.interruption import Interrupted
from regression_unlearning.training.observe import observe
from regression_unlearning.training.relearn import relearn
from regression_unlearning.training.unlearn import unlearn


@pytest.fixture(scope="module")
def original():
    return trained(image_task(), epochs=4)


@pytest.fixture(scope="module")
def helper():
    return trained(image_task(seed=9), epochs=1)


def run(method, original, helper, chosen=None, **changes):
    task = image_task(augments=True, helpers={"blindspot": helper}, **changes)
    return unlearn(original, task, method, **(chosen or options(method))), task


def bits(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


@pytest.mark.parametrize("method", METHODS)
def test_a_method_moves_its_copy_and_nothing_else(method, original, helper):
    before = bits(original), bits(helper)
    found, _ = run(method, original, helper, moving(method))
    assert all(torch.isfinite(value.float()).all() for value in found.state_dict().values())
    assert not same(found, original)
    for model, state in zip((original, helper), before, strict=True):
        assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    again, _ = run(method, original, helper, moving(method))
    assert same(found, again)


@pytest.mark.parametrize("method", ["blindspot", "scrub", "sure", "cf_k", "gaussian_amnesiac"])
def test_an_interrupted_run_ends_in_the_same_bits(method, original, helper, tmp_path, monkeypatch):
    """Running means and the draws of the augmentation are part of the state."""
    expected, _ = run(method, original, helper)
    folder = {"state_folder": tmp_path}
    for _ in range(40):
        steps = iter([False, True])
        monkeypatch.setattr(interruption, "asked", lambda steps=steps: next(steps, True))
        try:
            found, _ = run(method, original, helper, **folder)
            break
        except Interrupted:
            continue
    assert same(found, expected)


@pytest.mark.parametrize("form", ["attention", "released", "norm"])
def test_blindspot_s_layers_and_precision(form, original, helper):
    """In bfloat16 the objective is nearly the same, and no less exact than its activations."""
    task = image_task(helpers={"blindspot": helper})
    losses = []
    for precision in ("float32", "bfloat16"):
        chosen = {**FIT, "form": form, "layers": 3, "epochs": 1, "precision": precision}
        run_of = task.having()
        unlearn(original, run_of, "blindspot", **chosen)
        losses.append(run_of.fitted[0].history[0]["loss"])
    # each layer's weights and outputs are rounded to 8 bits
    bound = 2 * len(original.layers) * 2.0**-8
    assert losses[0] != losses[1] and losses[1] == pytest.approx(losses[0], rel=bound)


def test_measuring_leaves_the_running_means(original):
    task = image_task(augments=True)
    before = bits(original)
    rows = {"retain": task.retain, "forget": task.forget}
    for split in ("validation", "test"):
        rows |= {f"{split}_retain": task.validation, f"{split}_forget": task.held_out}
    seen = observe(original, task, rows, Observation(batch_size=5))
    whole = observe(original, task, rows, Observation(batch_size=500))
    counts = relearn(original, task, 0.0, Relearning(cap=3, orders=1, batch_size=16))
    assert counts == [{"order": 0, "steps": 3, "reached": False}]
    assert all(torch.equal(value, before[name]) for name, value in original.state_dict().items())
    for name in ("forget/prediction", "retain/activation"):
        close(seen[name], whole[name], depth(original), what=name)


@pytest.mark.parametrize("rows", [1, 16, 17, 33, 34])
def test_no_batch_holds_a_single_row(rows):
    """Running means and deviations of one row say nothing of it, where a map is one pixel."""
    given, generator = torch.arange(rows), torch.Generator().manual_seed(0)
    for plan in (shuffled(given, 16), in_turn(given, 16, 1, given, 16)):
        batches = plan(0, generator)
        assert min(map(len, batches)) > 1 or rows == 1
        assert torch.equal(torch.cat(batches).unique(), given)


def test_a_cap_is_reached_where_the_last_batch_is_joined(original):
    """33 rows in batches of 16 are two mini-batches an epoch, not three."""
    rows = image_task().train
    task = image_task(retain=rows[:20], forget=rows[20:33])
    counts = relearn(original, task, 0.0, Relearning(cap=7, orders=1, batch_size=16))
    assert counts == [{"order": 0, "steps": 7, "reached": False}]
