"""On a GPU: the same bits twice for every domain and method, near the CPU's, and the demo's jobs.

``pytest tests/gpu`` runs all of it. Without a GPU it is skipped; with
``REGRESSION_UNLEARNING_TEST_DEVICE=cpu`` it runs on the CPU.
"""

import json
import logging
import signal

import numpy as np
import pytest
import torch
from tiny_project import ROOT, copy_project, keep, run

from regression_unlearning import registry
from regression_unlearning.data.dataset import open_dataset
from regression_unlearning.data.families.images.augmentation import crops, cut
from regression_unlearning.data.families.images.batch import Inputs, Reading
from regression_unlearning.models.modules.copying import copied
from regression_unlearning.settings.document import load_settings
from regression_unlearning.settings.measuring import Observation, Relearning
from regression_unlearning.settings.training import Fit
from regression_unlearning.training import interruption
from regression_unlearning.training.captured import CAPTURE
from regression_unlearning.training.device import set_up
from regression_unlearning.training.observe import observe, pass_over
from regression_unlearning.training.precision import timed
from regression_unlearning.training.relearn import relearn
from regression_unlearning.training.task import Task
from regression_unlearning.training.train import train
from regression_unlearning.training.unlearn import largest_change, unlearn

METHODS = registry.known("method")
DOMAINS = {"demo_images": "digits_1_3", "demo_pairs": "random_150", "demo_load": "load_high"}
#: Methods whose every step is captured.
CAPTURED = (
    "finetune", "gaussian_amnesiac", "reg_amnesiac", "blindspot", "neggrad", "scrub", "salun",
    "sure", "l1_sparse", "cf_k", "bad_teacher", "gaussian_matching",
)  # fmt: skip
SHORT = {"epochs": 1, "batch_size": 64}
OPTIONS = {
    "influence": {"iterations": 2, "rows": 64},
    "noisy_finetune": {"noisy_steps": 5},
    "scrub": {"forget_epochs": 1, "forget_batch_size": 64},
    "ssd": {"alpha": 1, "rows": 64},
    "lfssd": {"alpha": 1, "rows": 64},
    "fisher_noise": {"rows": 64},
    "sure": {"domain_rows": 16},
}


def options(method):
    """Settings of a method that take a second."""
    fits = issubclass(registry.load("method", method).Settings, Fit)
    return {**({**SHORT, "learning_rate": 0.001} if fits else {}), **OPTIONS.get(method, {})}


@pytest.fixture
def deterministic(device):
    """What a job sets, and torch as it was afterwards."""
    set_up(device, 1)
    torch.use_deterministic_algorithms(True)
    yield device
    torch.use_deterministic_algorithms(False)
    torch.set_flush_denormal(False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the embedded datasets are prepared once."""
    return tmp_path_factory.mktemp("data")


def opened(domain, folder, device):
    """A dataset's task on a device and the parts of its forget set."""
    settings = load_settings(ROOT / "params.yaml")
    data, parts = open_dataset(settings, domain, DOMAINS[domain], folder, device)
    return Task.of(settings.datasets[domain], data, parts, seed=3), parts


def everything(domain, folder, device):
    """Train, unlearn with every method, observe, relearn: all bits by name, as NumPy arrays."""
    task, parts = opened(domain, folder, device)
    fit = Fit(learning_rate=0.01, **SHORT)
    original = train(task.nothing_forgotten(), fit)
    helper = train(task.having(seed=1), fit)
    found, models = {}, {"original": original, "helper": helper}
    task = task.having(helpers={"blindspot": helper})
    for method in METHODS:
        models[method] = unlearn(original, task.having(), method, **options(method))
    for name, model in models.items():
        for key, weight in model.state_dict().items():
            found[f"{name}/{key}"] = weight.cpu().numpy()
        seen = observe(model, task, parts, Observation(max_rows=50))
        found |= {f"{name}/{key}": values for key, values in seen.items()}
        counts = relearn(model, task, 1e-9, Relearning(orders=1, cap=2, batch_size=64))
        found[f"{name}/relearnt"] = np.array([count["steps"] for count in counts])
    return found


@pytest.mark.parametrize("domain", DOMAINS)
def test_train_unlearn_observe_relearn_twice_in_the_same_bits(domain, folder, deterministic):
    first = everything(domain, folder, deterministic)
    second = everything(domain, folder, deterministic)
    assert first.keys() == second.keys()
    for name, values in first.items():
        assert values.tobytes() == second[name].tobytes(), name
        assert values.dtype.kind != "f" or np.isfinite(values).all(), name


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_model_says_on_the_device_what_it_says_on_the_cpu(domain, folder, deterministic):
    """In evaluation, of the same weights: sums in another order, and no more.

    Of n products, a float32 sum differs by at most n 2^-24 of the sum of their sizes; along some
    ten layers of at most 1,000 products each 1e-3 of an output's size is far from being reached
    by rounding, and is passed by any wrong layer.
    """
    here, _ = opened(domain, folder, "cpu")
    there, _ = opened(domain, folder, deterministic)
    model = train(here.nothing_forgotten(), Fit(learning_rate=0.01, **SHORT))
    rows = here.forget[:64]
    wanted = pass_over(model, here, rows, 64)
    moved = copied(model).to(deterministic)
    found = pass_over(moved, there, rows.to(deterministic), 64)
    for name, values in wanted.items():
        scale = values.abs().max().item()
        if name == "output_gradient" and here.loss != "mse":
            continue  # the sign of an error, which may be near 0
        torch.testing.assert_close(found[name].cpu(), values, rtol=0, atol=1e-3 * scale)


@pytest.mark.parametrize("domain", DOMAINS)
def test_both_precisions_are_timed_and_random_numbers_stay(domain, folder, deterministic):
    def states():
        cuda = [torch.cuda.get_rng_state()] if deterministic == "cuda" else []
        return [state.tolist() for state in (torch.get_rng_state(), *cuda)]

    task, _ = opened(domain, folder, deterministic)
    before = states()
    choice = timed(task, Fit(learning_rate=0.01, **SHORT))
    assert states() == before
    seconds = choice["seconds_per_step"]
    faster = seconds["bfloat16"] <= 0.9 * seconds["float32"]
    assert choice["precision"] == ("bfloat16" if faster else "float32")


@pytest.mark.parametrize("kept", ["always", "never"])
def test_a_gpu_makes_the_same_batches(kept, device):
    """The gather, and the crops at places that are given: a GPU draws its own."""
    pixels = torch.randint(0, 256, (9, 3, 8, 8), dtype=torch.uint8)
    there = Inputs({"images": pixels}, Reading(whole_on_device=kept), device)
    assert there.images.is_cuda == (kept == "always" and device != "cpu")
    rows = torch.arange(7)
    here = Inputs({"images": pixels}).batch(rows)
    torch.testing.assert_close(there.batch(rows.to(device)).cpu(), here, rtol=0, atol=1e-6)
    drawn = crops(9, 16, True)
    found = cut(pixels.to(device), *(part.to(device) for part in drawn))
    assert torch.equal(found.cpu(), cut(pixels, *drawn))


def test_a_gpu_draws_its_crops_by_its_own_seed(device):
    torch.manual_seed(2)
    first = [part.cpu() for part in crops(4000, 2, True, device)]
    torch.manual_seed(2)
    again = [part.cpu() for part in crops(4000, 2, True, device)]
    assert all(torch.equal(one, other) for one, other in zip(first, again, strict=True))
    for part in first[:2]:
        assert set(part.tolist()) == {-2, -1, 0, 1, 2}
    assert 0.4 < first[2].double().mean().item() < 0.6  # 13 standard deviations of 4,000 tosses


@pytest.mark.parametrize("method", CAPTURED)
@pytest.mark.parametrize("domain", DOMAINS)
def test_captured_steps_give_what_steps_one_by_one_give(
    domain, method, folder, deterministic, monkeypatch, caplog
):
    """The kernels are the same, so are the bits of plain training, which resuming relies on.

    Of methods a bound of 1e-4 is asserted. Rounding differs by 2^-24 of a number where a kernel
    sums in another order; some tens of steps at these rates enlarge that by far less than the
    factor of 1,000 that is left. A number frozen at its first value, or rows read twice, moves
    weights by the size of a step, 1e-3.
    """
    task, _ = opened(domain, folder, deterministic)
    fit = Fit(learning_rate=0.001, **SHORT)
    original = train(task.nothing_forgotten(), fit)
    task = task.having(helpers={"blindspot": original})
    with caplog.at_level(logging.INFO):
        found = unlearn(original, task.having(), method, **options(method))
    if deterministic != "cpu":
        assert "captured steps" in caplog.text and "not captured" not in caplog.text
    monkeypatch.setenv(CAPTURE, "never")
    wanted = unlearn(original, task.having(), method, **options(method))
    assert largest_change(wanted, found) <= (0 if method == "finetune" else 1e-4)
    assert largest_change(original, found) > 1e-4, "the method did nothing"


@pytest.mark.parametrize("stopped_after", [1, 2, 6])
def test_an_interrupted_run_ends_in_the_bits_of_a_whole_one(
    stopped_after, folder, deterministic, monkeypatch, tmp_path
):
    task, _ = opened("demo_images", folder, deterministic)
    fit = Fit(learning_rate=0.01, **{**SHORT, "epochs": 2})
    wanted, cut_off, resumed = (task.new_model() for _ in range(3))
    task.having().fit(wanted, fit)
    saving = task.having(state_folder=tmp_path)

    def stop(_model, steps):
        if steps == stopped_after:
            monkeypatch.setattr(interruption, "_asked", signal.SIGTERM)

    with pytest.raises(interruption.Interrupted):
        saving.fit(cut_off, fit, after_step=stop)
    monkeypatch.setattr(interruption, "_asked", None)
    saving.fit(resumed, fit)
    for name, value in wanted.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def shortened(device):
    """A change of params.yaml: the demo with one seed, few epochs, and a GPU for every network."""

    def change(params):
        demo = params["experiments"]["demo"]
        demo["seeds"] = [0]
        keep(demo["tables"], "table1", "table2", "table3")
        keep(demo["figures"])
        keep(params["datasets"], *DOMAINS)
        keep(params["experiments"], "demo")
        for dataset in params["datasets"].values():
            dataset["training"]["epochs"] = 2
            dataset["blindspot"]["epochs"] = 1
            dataset["relearning"].update(orders=1, cap=3)
            dataset["resources"] = {"threads": 1, "gpu": int(device == "cuda")}
            for method in dataset["methods"].values():
                if "epochs" in method:
                    method["epochs"] = 1
        for number, (domain, forget_set) in enumerate(DOMAINS.items(), 1):
            table = demo["tables"][f"table{number}"]
            table.update(forget_sets=[forget_set], methods=["finetune", "blindspot"])
            assert table["dataset"] == domain

    return change


def test_the_demo_runs_end_to_end_on_the_device(device, tmp_path):
    project = copy_project(tmp_path / "project", shortened(device))
    run("snakemake all_tables --cores 2 --resources gpu=1", project)
    records = [json.loads(path.read_text()) for path in (project / "checkpoints").rglob("*.json")]
    machines = [record["machine"]["device"] for record in records if "machine" in record]
    assert len(machines) >= 3 * 4
    if device == "cuda":
        assert set(machines) == {torch.cuda.get_device_name()}
    for number in (1, 2, 3):
        assert (project / f"results/demo/table{number}.csv").stat().st_size > 0
