"""The training loop: the same bits twice, and the same bits after any interruption."""

import copy
import math
import os
import random
import signal
from functools import partial
from itertools import chain

import pytest
import torch
from torch import nn

from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import validated
from regression_unlearning.settings.training import Fit, Plateau, Step
from regression_unlearning.training import interruption
from regression_unlearning.training.fit import fit
from regression_unlearning.training.optimiser import Adam
from regression_unlearning.training.optimiser import optimiser as optimiser_of
from regression_unlearning.training.seeds import seed_for

EPOCHS, BATCH = 4, 5
STEPS = EPOCHS * 5  # 22 rows: four batches of 5 and one of 2
SCHEDULES = {
    "none": None,
    "plateau": Plateau(name="plateau", factor=0.5, patience=1),
    "step": Step(name="step", factor=0.5, epochs=2),
}
POINTS = sorted({1, 5, 10, STEPS - 1, *random.Random(0).sample(range(1, STEPS), 4)})


@pytest.fixture
def run(make_task, bits):
    """Train a fresh model on all 22 rows; give its bits and what the loop says."""

    def run(
        schedule=None, monitor=None, seed=3, objective=None, model=None, optimizer=None, **options
    ):
        task = make_task()
        torch.rand(5)  # whatever the global generator did before must not matter
        model = model or task.new_model()
        settings = Fit(
            epochs=EPOCHS, learning_rate=0.02, batch_size=BATCH, schedule=schedule, clip=1.0,
            save_every=options.pop("save_every", 3600), **(optimizer or {}),
        )  # fmt: skip
        fitted = fit(
            model, objective or task.supervised(), task.train, settings,
            seed=seed, monitor=monitor, **options,
        )  # fmt: skip
        return bits(model), fitted

    return run


def constant(_model):
    """A validation loss that never falls: a plateau schedule must cut the learning rate."""
    return 1.0


def test_same_seed_same_bits_other_seed_other_bits(run):
    first, told = run()
    second, told_again = run()
    assert first == second and told.history == told_again.history
    assert run(seed=4)[0] != first
    assert (told.epochs, told.steps) == (EPOCHS, STEPS)


def test_equals_a_loop_written_out(run, make_task, bits):
    """The loop against plain torch: order, dropout, clipping, Adam, mean loss."""
    task = make_task()
    model = task.new_model()
    torch.manual_seed(3)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02, fused=True)
    model.train()
    means = []
    for epoch in range(EPOCHS):
        generator = torch.Generator().manual_seed(seed_for(3, "order", epoch))
        order = torch.randperm(22, generator=generator)
        total = 0.0
        for rows in order.split(BATCH):
            output = model(task.data.batch(rows))[:, 0]
            loss = ((output - task.data.target[rows]) ** 2).mean()
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            total += loss.item() * len(rows)
        means.append(total / 22)
    found, told = run()
    assert found == bits(model)
    assert [epoch["loss"] for epoch in told.history] == pytest.approx(means, rel=1e-12)


@pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step")
@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("point", POINTS)
def test_interrupted_and_resumed_equals_uninterrupted(run, tmp_path, schedule, point):
    goes_on_from(point, run, tmp_path, SCHEDULES[schedule])


@pytest.mark.parametrize(
    "optimizer",
    [{"optimizer": "adamw"}, {"optimizer": "sgd"}, {"optimizer": "sgd", "momentum": 0.9}],
)
def test_every_optimiser_s_state_is_kept(run, tmp_path, optimizer):
    goes_on_from(7, run, tmp_path, None, optimizer=optimizer)


def goes_on_from(point, run, tmp_path, chosen, **more):
    """Interrupt a run after so many mini-batches, resume it: the same bits as in one go."""
    run = partial(run, **more)
    whole, told = run(chosen, constant)
    file = tmp_path / "state.safetensors"

    def ask(_model, steps):
        if steps == point:
            interruption._asked = signal.SIGTERM
        return False

    with pytest.raises(interruption.Interrupted) as ended:
        run(chosen, constant, state_file=file, fingerprint="f", after_step=ask)
    assert ended.value.code == 128 + signal.SIGTERM and file.is_file()
    interruption._asked = None
    seen = []
    resumed, told_again = run(
        chosen, constant, state_file=file, fingerprint="f",
        after_step=lambda _, steps: bool(seen.append(steps)),
    )  # fmt: skip
    assert seen == list(range(point + 1, STEPS + 1))  # nothing is done twice
    assert resumed == whole
    assert told_again.history == told.history and told_again.steps == STEPS


def test_two_interruptions_in_a_row(run, tmp_path):
    whole, _ = run(SCHEDULES["plateau"], constant)
    file = tmp_path / "state.safetensors"
    for point in (7, 8):

        def ask(_model, steps, point=point):
            interruption._asked = signal.SIGINT if steps == point else None
            return False

        with pytest.raises(interruption.Interrupted):
            run(SCHEDULES["plateau"], constant, state_file=file, after_step=ask)
    interruption._asked = None
    assert run(SCHEDULES["plateau"], constant, state_file=file)[0] == whole


@pytest.mark.parametrize("point", [2, 6, 13])
def test_a_killed_run_goes_on_from_its_last_saving(run, tmp_path, point):
    whole, told = run(SCHEDULES["plateau"], constant)
    file = tmp_path / "state.safetensors"

    def die(_model, steps):
        if steps == point:
            raise MemoryError
        return False

    with pytest.raises(MemoryError):
        run(SCHEDULES["plateau"], constant, state_file=file, save_every=1e-9, after_step=die)
    seen = []
    resumed, told_again = run(
        SCHEDULES["plateau"], constant, state_file=file,
        after_step=lambda _, steps: bool(seen.append(steps)),
    )  # fmt: skip
    assert seen[0] == point  # saved after the mini-batch before
    assert resumed == whole and told_again.history == told.history


def test_sigterm_itself_saves_and_ends(run, tmp_path):
    old = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    file = tmp_path / "state.safetensors"

    def kill(_model, steps):
        if steps == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        return False

    try:
        interruption.listen()
        with pytest.raises(interruption.Interrupted) as ended:
            run(state_file=file, after_step=kill)
        with pytest.raises(interruption.Interrupted):  # a second signal ends at once
            os.kill(os.getpid(), signal.SIGINT)
            signal.pthread_sigmask(signal.SIG_BLOCK, [])
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
    assert ended.value.code == 143
    interruption._asked = None
    assert run(state_file=file)[0] == run()[0]


@pytest.fixture
def stopped(run, tmp_path):
    """A state file of a run that was stopped after 7 mini-batches."""
    file = tmp_path / "state.safetensors"

    def ask(_model, steps):
        interruption._asked = signal.SIGTERM if steps == 7 else None
        return False

    with pytest.raises(interruption.Interrupted):
        run(state_file=file, fingerprint="mine", after_step=ask)
    interruption._asked = None
    return file


def first_step(run, file, fingerprint):
    seen = []
    found, _ = run(
        state_file=file, fingerprint=fingerprint,
        after_step=lambda _, steps: bool(seen.append(steps)),
    )  # fmt: skip
    return seen[0], found


def test_a_state_of_another_identity_is_not_used(run, stopped):
    assert first_step(run, stopped, "mine") == (8, run()[0])
    assert first_step(run, stopped, "theirs") == (1, run()[0])


@pytest.mark.parametrize("broken", ["empty", "cut", "garbage", "no_header"])
def test_a_broken_state_file_starts_anew(run, stopped, broken):
    content = stopped.read_bytes()
    if broken == "no_header":
        from safetensors.torch import save_file

        save_file({"a": torch.zeros(1)}, stopped)
    else:
        pieces = {"empty": b"", "cut": content[: len(content) // 2], "garbage": b"\xff" * 64}
        stopped.write_bytes(pieces[broken])
    assert first_step(run, stopped, "mine") == (1, run()[0])


OPTIMISERS = {
    "adam": ({}, torch.optim.Adam, {}),
    "adam with decay": ({"weight_decay": 0.1}, torch.optim.Adam, {"weight_decay": 0.1}),
    "adamw": ({}, torch.optim.AdamW, {"weight_decay": 0.01}),
    "adamw without decay": ({"weight_decay": 0}, torch.optim.AdamW, {"weight_decay": 0}),
    "sgd": ({}, torch.optim.SGD, {}),
    "sgd with all": (
        {"momentum": 0.9, "weight_decay": 0.1},
        torch.optim.SGD,
        {"momentum": 0.9, "weight_decay": 0.1},
    ),
}


@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_step_is_torch_s_to_the_bit_and_a_state_goes_on(name):
    chosen, theirs, options = OPTIMISERS[name]
    kind = name.split()[0]

    def ours(parameters, lr, **_):
        settings = Fit(epochs=1, learning_rate=lr, optimizer=kind, **chosen)
        return optimiser_of(parameters, settings)

    def train(kind, between=lambda optimiser, _parameters: optimiser):
        generator = torch.Generator().manual_seed(0)
        parameters = [
            nn.Parameter(torch.randn(shape, generator=generator)) for shape in ((3, 4), (4,))
        ]
        optimiser = kind(parameters[:1], lr=0.1, fused=True, **options)
        optimiser.add_param_group({"params": parameters[1:], "lr": 0.01})
        for step in range(6):
            if step == 3:
                optimiser = between(optimiser, parameters)
            optimiser.zero_grad()
            (parameters[0] @ parameters[1]).square().sum().backward()
            optimiser.step()
        return [parameter.detach().numpy().tobytes() for parameter in parameters]

    def through_state(optimiser, parameters):
        fresh = ours(parameters[:1], 0.5)
        fresh.add_param_group({"params": parameters[1:]})
        fresh.load_state_dict(copy.deepcopy(optimiser.state_dict()))
        return fresh

    expected = train(theirs)
    assert train(ours) == expected
    assert train(ours, through_state) == expected


@pytest.mark.parametrize("kind", ["adam", "adamw"])
def test_momentum_is_sgd_s_alone(kind):
    said = {"epochs": 1, "learning_rate": 0.1, "optimizer": kind, "momentum": 0.9}
    with pytest.raises(UserError, match=rf"training\.momentum: {kind} takes none; say optimizer"):
        validated(Fit, said, "training")


def test_adam_s_step_keeps_no_graph():
    parameter = nn.Parameter(torch.ones(2))
    optimiser = Adam([parameter], lr=0.1, fused=True)
    parameter.sum().backward()
    optimiser.step()
    assert parameter.is_leaf and parameter.requires_grad and torch.is_grad_enabled()


def test_the_plateau_is_torch_s(run):
    values = iter([3.0, 2.0, 2.5, 2.6])
    settings = Plateau(name="plateau", factor=0.1, patience=1)
    _, told = run(settings, lambda _model: next(values))
    reference = torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=0.02)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(reference, factor=0.1, patience=1)
    rates = []
    for value in (3.0, 2.0, 2.5, 2.6):
        rates.append(reference.param_groups[0]["lr"])
        plateau.step(value)
    assert [epoch["learning_rate"] for epoch in told.history] == rates
    assert [epoch["monitored"] for epoch in told.history] == [3.0, 2.0, 2.5, 2.6]


def test_schedules_cut_the_rate(run):
    _, plateau = run(SCHEDULES["plateau"], constant)
    assert [e["learning_rate"] for e in plateau.history] == [0.02, 0.02, 0.02, 0.01]
    _, step = run(SCHEDULES["step"])
    assert [e["learning_rate"] for e in step.history] == [0.02, 0.02, 0.01, 0.01]


def test_without_a_monitor_the_epoch_s_loss_is_watched(run):
    _, told = run(SCHEDULES["plateau"])
    assert all(epoch["monitored"] == epoch["loss"] for epoch in told.history)


@pytest.mark.parametrize("end", [1, 6, 10])
def test_after_step_ends_the_run(run, end):
    _, told = run(after_step=lambda _, steps: steps == end)
    assert told.steps == end and told.epochs == (end - 1) // 5
    assert len(told.history) == told.epochs


def test_a_loss_that_is_no_number_is_said(run, make_task):
    task = make_task()
    plain = task.supervised()
    with pytest.raises(UserError, match="loss of epoch 1 is nan; lower the learning rate"):
        run(objective=lambda model, rows: plain(model, rows) * math.nan)


def test_a_validation_loss_that_is_no_number_is_said(run):
    with pytest.raises(UserError, match="inf; lower the learning rate"):
        run(monitor=lambda _model: math.inf)


def test_the_order_is_independent_of_the_model_and_complete(run, make_task):
    task = make_task()
    plain = task.supervised()

    def recorded(seed, waste):
        batches = []

        def objective(model, rows):
            batches.append(rows.tolist())
            torch.rand(waste)  # another network draws other numbers for its dropout
            return plain(model, rows)

        run(objective=objective, seed=seed, model=task.new_model(f"other {waste}"))
        return batches

    first = recorded(3, 0)
    assert first == recorded(3, 9)
    assert first != recorded(4, 0)
    epochs = [list(chain(*first[start : start + 5])) for start in range(0, STEPS, 5)]
    assert all(sorted(epoch) == list(range(22)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == EPOCHS


def test_frozen_parameters_stay(run, make_task):
    model = make_task().new_model()
    model.lstm.requires_grad_(False)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    run(model=model)
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name]) == name.startswith("lstm")


def test_seeds_depend_on_every_part_and_nothing_else():
    names = [("a", "b", 0), ("a", "b", 1), ("ab", 0), ("a", "b0"), ("b", "a", 0), ("a", "b")]
    seeds = [seed_for(*name) for name in names]
    assert len(set(seeds)) == len(names) and all(0 <= seed < 2**63 for seed in seeds)
    assert seed_for("a", "b", 0) == seeds[0]


def test_the_tiny_network_of_these_tests_is_alive(run, make_task):
    """Comparing bits would say little if a dead ReLU left most weights where they were."""
    model = make_task().new_model()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    run(model=model)
    assert not any(torch.equal(value, before[name]) for name, value in model.state_dict().items())
