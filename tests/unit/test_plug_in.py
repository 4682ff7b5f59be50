"""The example package, installed as a user would, is a method like any other."""

import importlib
import sys

import pytest
from method_tasks import STEPS, make_task, same, trained
from plug_ins import install
from rounding import close, depth

from regression_unlearning import provenance, registry
from regression_unlearning.errors import UserError
from regression_unlearning.pipeline.fingerprints import fingerprint
from regression_unlearning.training.unlearn import unlearn

OPTIONS = {"epochs": 1, "learning_rate": 0.001, "batch_size": 16}


def test_without_the_package_the_name_is_unknown():
    registry.module_name.cache_clear()
    with pytest.raises(UserError, match="unknown method 'step_back'"):
        registry.load("method", "step_back")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder that holds the example."""
    target = tmp_path_factory.mktemp("site")
    install("step_back", target)
    return target


@pytest.fixture
def installed(site):
    """That folder, on the path, and a registry that has not looked yet."""
    sys.path.insert(0, str(site))
    importlib.invalidate_caches()
    registry.module_name.cache_clear()
    yield site
    sys.path.remove(str(site))
    for name in [name for name in sys.modules if name.split(".")[0] == "step_back"]:
        del sys.modules[name]
    registry.module_name.cache_clear()


def test_it_is_found_by_its_name(installed):
    assert registry.module_name("method", "step_back") == "step_back.method"
    assert "step_back" in registry.known("method")
    assert registry.load("method", "step_back").__file__.startswith(str(installed))


def test_it_unlearns_like_any_other(installed, double):
    task = make_task()
    original = trained(task)
    found, again = (unlearn(original, make_task(), "step_back", **OPTIONS) for _ in range(2))
    assert same(found, again) and not same(found, original)
    unlearn(original, task, "step_back", **OPTIONS)
    rows, target = task.forget, task.data.target[task.forget]
    magnitude = (task.outputs(original, rows).abs().max() + target.abs().max()) ** 2
    before, count = task.facts["forget_loss_before"], 2 * depth(original, STEPS) + len(rows)
    close(before, task.mean_loss(original, rows), count, magnitude, "float64")
    assert [part.steps for part in task.fitted[-2:]] == [0, -(-len(task.retain) // 16)]


def test_its_settings_are_checked(installed):
    with pytest.raises(UserError, match="did you mean 'step'"):
        unlearn(make_task().new_model(), make_task(), "step_back", **OPTIONS, stepp=1)


def test_its_code_is_an_input_of_its_jobs(installed):
    text = fingerprint("regression_unlearning", provenance.PACKAGE, ["step_back.method:unlearn"])
    assert "step_back.method:unlearn" in {line.split()[0] for line in text.splitlines()}
