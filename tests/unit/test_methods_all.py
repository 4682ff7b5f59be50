"""What holds for every method: the original stays, a seed fixes the bits, interrupted or not."""

import copy
import subprocess
import sys

import pytest
import torch
from method_tasks import make_task, same, trained

from regression_unlearning import registry
from regression_unlearning.errors import UserError
from regression_unlearning.settings.training import Fit
from regression_unlearning.training import interruption
from regression_unlearning.training.interruption import Interrupted
from regression_unlearning.training.unlearn import unlearn

#: The state is saved after every mini-batch.
FIT = {"epochs": 2, "learning_rate": 0.01, "batch_size": 16, "save_every": 1e-9}
OPTIONS = {
    "influence": {"iterations": 5},
    "lfssd": {"alpha": 1},
    "noisy_finetune": {"noisy_steps": 7},
    "salun": {"q": 0.4},
    "scrub": {"forget_epochs": 1, "forget_batch_size": 8},
    "ssd": {"alpha": 1},
    "sure": {"domain_rows": 8},
}
METHODS = registry.known("method")


def fits(method):
    return issubclass(registry.load("method", method).Settings, Fit)


def options(method):
    return {**(FIT if fits(method) else {}), **OPTIONS.get(method, {})}


def moving(method):
    """Options with which a method must move the weights: rewinding may end at the original."""
    return {**options(method), **({"rewind": False} if method == "scrub" else {})}


@pytest.fixture(scope="module")
def original():
    return trained(make_task())


@pytest.fixture(scope="module")
def helper():
    task = make_task()
    return trained(task.having(forget=task.forget[:0], seed=9), epochs=2)


def run(method, original, helper, chosen=None, **changes):
    task = make_task(helpers={"blindspot": helper}, **changes)
    return unlearn(original, task, method, **(chosen or options(method))), task


WITH_HELPERS = [name for name in METHODS if getattr(registry.load("method", name), "HELPERS", ())]


def test_some_method_has_a_helper():
    assert "blindspot" in WITH_HELPERS


@pytest.mark.parametrize("method", WITH_HELPERS)
def test_a_helper_that_the_task_does_not_hold_is_named_with_what_to_do(method, original):
    for missing in registry.load("method", method).HELPERS:
        others = dict.fromkeys(set(registry.load("method", method).HELPERS) - {missing}, original)
        with pytest.raises(UserError) as raised:
            unlearn(original, make_task(helpers=others), method, **options(method))
        text = str(raised.value)
        assert f"{method} needs the helper {missing!r}, which the task does not hold" in text
        assert f"train(task.having(seed=1), chosen.{missing})" in text
        assert f'task.having(helpers={{"{missing}": helper}})' in text


def test_the_methods_are_all_there():
    later = "sure neggrad scrub bad_teacher ssd lfssd l1_sparse cf_k eu_k salun fisher_noise"
    wanted = {*later.split(), "influence", "gaussian_matching", "noisy_finetune"}
    wanted |= {"short_retraining", "helper_alone"}
    assert wanted | {"finetune", "gaussian_amnesiac", "reg_amnesiac", "blindspot"} <= set(METHODS)


@pytest.mark.parametrize("method", METHODS)
def test_the_model_changes_and_the_original_does_not(method, original, helper):
    before = copy.deepcopy(original)
    helped = copy.deepcopy(helper)
    model, task = run(method, original, helper, moving(method))
    assert same(original, before) and same(helper, helped)
    assert not same(model, original)
    assert not model.training
    assert all(weight.requires_grad for weight in model.parameters())
    assert all(torch.isfinite(value).all() for value in model.state_dict().values())
    assert not any(module._forward_hooks for module in model.modules())
    assert sum(part.seconds for part in task.fitted) > 0


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_bits(method, original, helper):
    first, _ = run(method, original, helper)
    torch.manual_seed(1234)
    second, _ = run(method, original, helper)
    assert same(first, second)


@pytest.mark.parametrize("method", METHODS)
def test_absolute_errors_work_too(method, original, helper):
    model, _ = run(method, original, helper, moving(method), loss="l1")
    assert not same(model, original)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("after", [1, 4])
def test_an_interrupted_run_ends_in_the_same_bits(
    method, after, original, helper, tmp_path, monkeypatch
):
    whole, plain = run(method, original, helper)
    calls = {"number": 0}

    def asked() -> bool:
        calls["number"] += 1
        return calls["number"] in (2 * after, 2 * after + 1)  # one of the two is asked to stop

    monkeypatch.setattr(interruption, "asked", asked)
    stopped = 0
    for _ in range(3):
        try:
            model, task = run(method, original, helper, state_folder=tmp_path, fingerprint="a run")
            break
        except Interrupted:
            stopped += 1
    assert same(model, whole)
    assert task.facts == plain.facts
    if fits(method):
        assert stopped


def test_the_workflow_s_head_loads_no_network_library():
    code = (
        "import sys; from regression_unlearning import registry;"
        "registry.known('method'); registry.known('measure');"
        "sys.exit(', '.join({'torch', 'sklearn', 'scipy'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
