"""A step that is recorded once and replayed gives the bits of steps that are taken one by one.

On the CPU: `recording` stands in for CUDA's graphs. tests/gpu has the same on a GPU.
"""

import logging
import signal

import pytest
import torch
from method_tasks import make_task, prepared, trained
from recording import RecordedOnCPU
from tiny_project import ROOT

from regression_unlearning import registry
from regression_unlearning.data.dataset import open_dataset
from regression_unlearning.data.families.images.batch import Inputs as ImageInputs
from regression_unlearning.data.families.images.batch import Reading as ImageReading
from regression_unlearning.data.families.rows.batch import Inputs as RowInputs
from regression_unlearning.data.prepared import Prepared
from regression_unlearning.models.allcnn import Settings as AllCNN
from regression_unlearning.models.modules import sentence_pair_lstm
from regression_unlearning.models.tabular_resnet import Settings as TabularResNet
from regression_unlearning.settings.document import load_settings
from regression_unlearning.settings.training import Fit
from regression_unlearning.training import captured, interruption, step
from regression_unlearning.training import fit as loop
from regression_unlearning.training.captured import FIRST, LENGTHS, CapturedStep
from regression_unlearning.training.optimiser import optimiser as optimiser_for
from regression_unlearning.training.step import TrainingStep
from regression_unlearning.training.task import Task
from regression_unlearning.training.unlearn import unlearn

SHORT = {"epochs": 3, "learning_rate": 0.01, "batch_size": 16}
OPTIONS = {
    "scrub": {"forget_epochs": 2, "forget_batch_size": 8},
    "noisy_finetune": {"noisy_steps": 7},
    "sure": {"domain_rows": 8},
}
#: Methods whose every step can be captured, beside those that do not train.
TRAINING = [
    name for name in registry.known("method")
    if issubclass(registry.load("method", name).Settings, Fit)
]  # fmt: skip


@pytest.fixture
def as_on_gpu(monkeypatch):
    """Networks and objectives do what they do on a GPU."""
    monkeypatch.setattr(sentence_pair_lstm, "on_cpu", lambda _: False)
    monkeypatch.setattr(step, "shapes_are_fixed", lambda _: True)


@pytest.fixture
def recording(monkeypatch):
    """Call it: from then on every replayable run is captured; it gives what records."""

    def begin():
        graphs = RecordedOnCPU()

        def decided(plain, *, replayable, what):
            return CapturedStep(plain, what=what, graphs=graphs) if replayable else plain

        monkeypatch.setattr(loop, "captured_where_possible", decided)
        return graphs

    return begin


def optimiser_of(model, settings):
    """The optimiser of the settings."""
    return optimiser_for(model.parameters(), settings)


def numbers(model):
    """All bits of a network."""
    return {name: value.numpy().tobytes() for name, value in model.state_dict().items()}


def task_of(**changes):
    """A task whose helper is trained; its retain rows make four batches of 16 and one of 8."""
    task = make_task(**changes)
    return task.having(helpers={"blindspot": trained(task, epochs=1)})


@pytest.mark.parametrize("method", TRAINING)
def test_a_method_captured_has_the_bits_of_the_method_step_by_step(method, as_on_gpu, recording):
    task = task_of()
    original = trained(task)
    options = {**SHORT, **OPTIONS.get(method, {})}
    wanted = unlearn(original, task.having(), method, **options)
    graphs = recording()
    found = unlearn(original, task.having(), method, **options)
    assert numbers(found) == numbers(wanted)
    assert graphs.replays >= 5, "the steps were not captured"


@pytest.mark.parametrize(
    "changes",
    [
        {"optimizer": "adamw"},
        {"optimizer": "sgd", "momentum": 0.9},
        {"optimizer": "sgd"},
        {"clip": 0.1},
        {"schedule": {"name": "step", "epochs": 1, "factor": 0.5}},
        {"schedule": {"name": "plateau", "patience": 1}},
        {"precision": "bfloat16"},
    ],
    ids=str,
)
def test_settings_of_the_loop(changes, as_on_gpu, recording):
    task = make_task()
    settings = Fit(**{**SHORT, **changes})
    plain, replayed = task.new_model(), task.new_model()
    told = task.having().fit(plain, settings)
    graphs = recording()
    again = task.having().fit(replayed, settings)
    assert numbers(replayed) == numbers(plain)
    assert [epoch["loss"] for epoch in again.history] == [epoch["loss"] for epoch in told.history]
    # 72 retain rows: in each of 3 epochs four batches of 16 and one of 8; of each length the first
    # two go step by step, and each other rate is another recording
    by_epoch = settings.schedule is not None and settings.schedule.name == "step"
    assert graphs.recordings == (4 if by_epoch else 2)
    assert graphs.replays == (3 * 4 - FIRST) + (3 - FIRST)


def test_an_interrupted_run_ends_in_the_bits_of_a_whole_one(
    as_on_gpu, recording, tmp_path, monkeypatch
):
    task = make_task(state_folder=tmp_path)
    recording()
    whole = task.having(state_folder=None)
    wanted = whole.new_model()
    whole.fit(wanted, Fit(**SHORT))
    for stopped_after in (1, 4, 5, 7):
        model = task.new_model()

        def stop(_model, steps, at=stopped_after):
            if steps == at:
                monkeypatch.setattr(interruption, "_asked", signal.SIGTERM)

        with pytest.raises(interruption.Interrupted):
            task.having().fit(model, Fit(**SHORT), after_step=stop)
        monkeypatch.setattr(interruption, "_asked", None)
        resumed = task.new_model("other weights")
        task.having().fit(resumed, Fit(**SHORT))
        assert numbers(resumed) == numbers(wanted), stopped_after
        (tmp_path / "main.safetensors").unlink()


def test_an_objective_that_waits_goes_step_by_step_and_the_log_says_so(
    as_on_gpu, recording, caplog
):
    task = make_task()
    plain = task.supervised()
    losses = []

    def waits(model, rows):
        loss = plain(model, rows)
        losses.append(loss.item())
        return loss

    wanted, found = task.new_model(), task.new_model()
    task.having().fit(wanted, Fit(**SHORT), objective=waits)
    graphs = recording()
    with caplog.at_level(logging.INFO):
        task.having().fit(found, Fit(**SHORT), objective=waits, replayable=True)
    assert numbers(found) == numbers(wanted)
    assert graphs.recordings == 0
    assert "steps are not captured: it waits for the GPU" in caplog.text


def test_a_weight_that_moves_for_the_first_time_is_not_captured(as_on_gpu, recording):
    """The optimiser would make its state inside the recording, and set it back in each replay."""
    task = make_task()
    supervised = task.supervised()
    begun = {}

    def objective(model, rows):
        loss = supervised(model, rows)
        return loss + model.extra * 0.5 if begun["yes"] else loss

    def fitted():
        model = task.new_model()
        model.extra = torch.nn.Parameter(torch.ones(()))
        task.having().fit(
            model,
            Fit(**SHORT),
            objective=objective,
            replayable=True,
            before_step=lambda share: begun.update(yes=share >= FIRST / 15),
        )
        return model

    wanted = fitted()
    graphs = recording()
    assert numbers(fitted()) == numbers(wanted)
    assert graphs.recordings == 0


@pytest.mark.parametrize("own", ["before_step", "make_optimiser", "objective"])
def test_what_is_of_ones_own_is_captured_only_where_it_says_so(own, as_on_gpu, recording):
    task = make_task()
    given = {
        "before_step": lambda _share: None,
        "make_optimiser": optimiser_of,
        "objective": task.supervised(),
    }
    graphs = recording()
    task.having().fit(task.new_model(), Fit(**SHORT), **{own: given[own]})
    assert graphs.recordings == 0
    task.having().fit(task.new_model(), Fit(**SHORT), replayable=True, **{own: given[own]})
    assert graphs.recordings == 2


def test_an_optimiser_that_counts_on_the_host_is_not_captured(
    as_on_gpu, recording, caplog, monkeypatch
):
    """Its count would stand still in every replay. Here all tensors are the host's."""
    task = make_task()

    class Counting(torch.optim.SGD):
        def step(self, closure=None):
            super().step(closure)
            for weight in self.param_groups[0]["params"]:
                self.state[weight].setdefault("count", torch.zeros(())).add_(1)

    def counting(model, _settings):
        return Counting(model.parameters(), lr=0.01)

    graphs = recording()
    made = loop.captured_where_possible

    def elsewhere(plain, **named):
        plain.device = torch.device("meta")
        return made(plain, **named)

    monkeypatch.setattr(loop, "captured_where_possible", elsewhere)
    with caplog.at_level(logging.INFO):
        task.fit(task.new_model(), Fit(**SHORT), make_optimiser=counting, replayable=True)
    assert graphs.recordings == 0 and "it counts on the host" in caplog.text


def test_single_rows_and_lengths_that_are_new_go_step_by_step(as_on_gpu, recording):
    task = make_task()
    graphs = recording()
    rows = torch.arange(40)
    plan = [*rows[:12].split(3), *rows[12:16].split(1), rows[16:21], rows[21:26]]
    taken = task.having()
    once = Fit(**{**SHORT, "epochs": 1})
    taken.fit(task.new_model(), once, batches=lambda _epoch, _generator: plan)
    assert taken.fitted[0].steps == 10
    assert (graphs.recordings, graphs.replays) == (1, 4 - FIRST)


def test_at_most_three_lengths_are_recorded(as_on_gpu, recording):
    task = make_task()
    graphs = recording()
    plan = [torch.arange(length) for length in (2, 3, 4, 5, 6) for _ in range(4)]
    once = Fit(**{**SHORT, "epochs": 1})
    task.fit(task.new_model(), once, batches=lambda _epoch, _generator: plan)
    assert (graphs.recordings, graphs.replays) == (LENGTHS, LENGTHS * (4 - FIRST))


def test_where_recording_fails_the_rest_goes_step_by_step(as_on_gpu, recording, caplog):
    task = make_task()
    wanted, found = task.new_model(), task.new_model()
    task.having().fit(wanted, Fit(**SHORT))
    graphs = recording()

    def record(_work):
        raise RuntimeError("operation not permitted")

    graphs.record = record
    task.having().fit(found, Fit(**SHORT))
    assert numbers(found) == numbers(wanted)
    assert "could not be captured, and the rest goes step by step" in caplog.text
    assert "REGRESSION_UNLEARNING_CAPTURE=never" in caplog.text


def images():
    """Forty images of 16 pixels, cropped and mirrored at random, and a small All-CNN."""
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (40, 3, 16, 16), dtype=torch.uint8, generator=generator)
    inputs = ImageInputs({"images": pixels}, ImageReading(padding=3))
    return inputs, AllCNN(name="allcnn", width=0.05)


def rows_of_a_table():
    """Forty rows of three numbers and a category, and a small network for them."""
    generator = torch.Generator().manual_seed(0)
    arrays = {
        "numeric": torch.randn(40, 3, generator=generator),
        "categorical": torch.randint(0, 4, (40, 1), dtype=torch.int32, generator=generator),
        "sizes": torch.tensor([4]),
    }
    return RowInputs(arrays), TabularResNet(name="tabular_resnet")


@pytest.mark.parametrize("kind", [images, rows_of_a_table])
def test_other_families(kind, recording):
    inputs, network = kind()
    generator = torch.Generator().manual_seed(1)
    data = Prepared(inputs, torch.rand(40, generator=generator), torch.zeros(40, dtype=torch.uint8))
    rows = torch.arange(40)
    task = Task(
        data=data, loss="l1", network=network, retain=rows, forget=rows[:0], validation=rows, seed=5
    )
    settings = Fit(**SHORT)
    wanted, found = task.new_model(), task.new_model()
    task.having().fit(wanted, settings)
    graphs = recording()
    task.having().fit(found, settings)
    assert numbers(found) == numbers(wanted)
    # in each of 3 epochs two batches of 16 and one of 8
    assert graphs.replays == (6 - FIRST) + (3 - FIRST)


@pytest.mark.slow
def test_the_forecaster(recording, tmp_path):
    settings = load_settings(ROOT / "params.yaml")
    data, parts = open_dataset(settings, "demo_load", "load_high", tmp_path, "cpu")
    task = Task.of(settings.datasets["demo_load"], data, parts, seed=3)
    task = task.having(retain=task.retain[:320])
    fit = Fit(epochs=1, learning_rate=0.01, batch_size=64)
    wanted, found = task.new_model(), task.new_model()
    task.having().fit(wanted, fit)
    graphs = recording()
    task.having().fit(found, fit)
    assert numbers(found) == numbers(wanted)
    assert graphs.replays == 5 - FIRST, "five batches of 64"


def test_images_that_lie_elsewhere_are_not_replayable():
    pixels = torch.zeros(4, 3, 8, 8, dtype=torch.uint8)
    assert ImageInputs({"images": pixels}, ImageReading()).replayable
    elsewhere = ImageInputs({"images": pixels}, ImageReading(whole_on_device="never"), "meta")
    assert not elsewhere.replayable


def step_on(device, **more):
    """A plain step that has not been taken, of a run on some device."""
    task = make_task(data=prepared(train_rows=32))
    model = task.new_model()
    made = TrainingStep(
        model, task.supervised(), optimiser_of(model, Fit(**SHORT)), Fit(**SHORT),
        torch.device("cpu"), **more,
    )  # fmt: skip
    made.device = torch.device(device)
    return made


@pytest.mark.parametrize(
    ("replayable", "compiled", "environment", "said"),
    [
        (False, False, "", "not said to be replayable"),
        (True, True, "", "torch compiles the network"),
        (True, False, "never", "REGRESSION_UNLEARNING_CAPTURE says never"),
        (True, False, "", ""),
    ],
)
def test_one_decision_and_the_log_says_why(
    replayable, compiled, environment, said, monkeypatch, caplog
):
    plain = step_on("cuda", compiled=compiled)
    monkeypatch.setattr(captured, "CapturedStep", lambda step, what: (step, what))
    monkeypatch.setenv(captured.CAPTURE, environment)
    with caplog.at_level(logging.INFO):
        made = captured.captured_where_possible(plain, replayable=replayable, what="name")
    assert made == (plain if said else (plain, "name"))
    assert said in caplog.text and bool(caplog.text) == bool(said)


def test_on_a_cpu_nothing_is_captured():
    plain = step_on("cpu")
    assert captured.captured_where_possible(plain, replayable=True) is plain
