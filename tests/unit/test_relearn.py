"""Relearning: the early end of the check, and the counts against a plain loop."""

import copy
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from regression_unlearning.data.prepared import Prepared
from regression_unlearning.models.lstm import Settings as LSTM
from regression_unlearning.settings.measuring import Relearning
from regression_unlearning.training import relearn as relearning
from regression_unlearning.training.relearn import ForgetLoss, relearn
from regression_unlearning.training.seeds import seed_for
from regression_unlearning.training.task import Task


def loss_of(task, model, watched=None):
    """Mean loss on the forget set or other rows, one row at a time, in double precision."""
    model = copy.deepcopy(model).eval()
    losses = []
    with torch.no_grad():
        for row in (task.forget if watched is None else watched).tolist():
            output = model(task.data.batch(torch.tensor([row])))[0, 0]
            losses.append((output - task.data.target[row]).item() ** 2)
    return sum(losses) / len(losses)


def by_hand(task, model, limit, *, order, rate, size, cap, every, watched=None, least=0):
    """The count of one order, written out."""
    seed = seed_for(task.seed, f"relearning_{order + 1}")
    learner = copy.deepcopy(model).train()
    if least == 0 and loss_of(task, learner, watched) <= limit:
        return 0, True
    optimiser = torch.optim.Adam(learner.parameters(), lr=rate, fused=True)
    torch.manual_seed(seed)
    steps, epoch = 0, 0
    while True:
        generator = torch.Generator().manual_seed(seed_for(seed, "order", epoch))
        for rows in task.train[torch.randperm(22, generator=generator)].split(size):
            output = learner(task.data.batch(rows))[:, 0]
            optimiser.zero_grad()
            (output - task.data.target[rows]).square().mean().backward()
            optimiser.step()
            steps += 1
            looks = steps % every == 0 or steps == cap
            if looks and loss_of(task, learner, watched) <= limit:
                return steps, True
            if steps == cap:
                return steps, False
        epoch += 1


@pytest.fixture
def trained(make_task):
    """A task, and a model far from the forget set's targets."""
    task = make_task(dropout=0.2)
    return task, task.new_model()


@pytest.fixture(params=[False, True], ids=["step by step", "some steps later"])
def looking(request, monkeypatch):
    """How the losses are read: as on the CPU, or as on a GPU."""
    monkeypatch.setattr(relearning, "shapes_are_fixed", lambda _: request.param)


@pytest.mark.usefixtures("looking")
@pytest.mark.parametrize("share", [2.0, 0.8, 0.6, 0.45, 0.01])
@pytest.mark.parametrize("every", [1, 3])
def test_counts_equal_a_plain_loop(trained, share, every):
    task, model = trained
    wanted = share * loss_of(task, model)
    plan = Relearning(
        learning_rate=0.02, batch_size=6, alpha=0.05, orders=2, check_every=every, cap=40
    )
    found = relearn(model, task, wanted, plan)
    assert [run["order"] for run in found] == [0, 1]
    for run in found:
        expected = by_hand(
            task, model, 1.05 * wanted,
            order=run["order"], rate=0.02, size=6, cap=40, every=every,
        )  # fmt: skip
        assert (run["steps"], run["reached"]) == expected
    if share == 2.0:
        assert [run["steps"] for run in found] == [0, 0]
    if (share, every) == (0.6, 1):  # the case says something: neither at once nor never
        assert all(0 < run["steps"] < 40 and run["reached"] for run in found)


@pytest.mark.usefixtures("looking")
@pytest.mark.parametrize("share", [2.0, 0.8, 0.6])
def test_held_out_rows_are_looked_at_and_the_count_begins_at_1(trained, share):
    """As the released code counts: after a mini-batch, on rows that nobody trains on."""
    task, model = trained
    watched = task.validation[:4]
    wanted = share * loss_of(task, model, watched)
    plan = Relearning(learning_rate=0.02, batch_size=6, orders=2, cap=40, count_from=1)
    found = relearn(model, task, wanted, plan, watched)
    for run in found:
        expected = by_hand(
            task, model, 1.05 * wanted, order=run["order"], rate=0.02, size=6, cap=40, every=1,
            watched=watched, least=1,
        )  # fmt: skip
        assert (run["steps"], run["reached"]) == expected
    if share == 2.0:
        assert [(run["steps"], run["reached"]) for run in found] == [(1, True)] * 2
        plan = plan.model_copy(update={"count_from": 0})
        assert [run["steps"] for run in relearn(model, task, wanted, plan, watched)] == [0, 0]
    else:  # the rows make the difference
        assert [run["steps"] for run in relearn(model, task, wanted, plan)] != [
            run["steps"] for run in found
        ]


@pytest.mark.usefixtures("looking")
@pytest.mark.parametrize("cap", [1, 4, 7])
def test_the_cap_ends_and_says_so(trained, cap):
    task, model = trained
    found = relearn(model, task, 1e-9, Relearning(batch_size=6, orders=3, check_every=5, cap=cap))
    assert found == [{"order": n, "steps": cap, "reached": False} for n in range(3)]


@pytest.mark.usefixtures("looking")
def test_the_last_step_before_the_cap_is_looked_at(trained):
    """Between two looks the cap comes: the model is looked at there, not judged unseen."""
    task, model = trained
    wanted = 0.6 * loss_of(task, model)
    plan = {"learning_rate": 0.02, "batch_size": 6, "orders": 1}
    (run,) = relearn(model, task, wanted, Relearning(**plan, cap=60))
    cap = run["steps"]
    (capped,) = relearn(model, task, wanted, Relearning(**plan, cap=cap, check_every=1000))
    assert capped == {"order": 0, "steps": cap, "reached": True}


def test_the_model_is_left_as_it_was_and_counts_repeat(trained, bits):
    task, model = trained
    model.train()
    before = bits(model)
    wanted = 0.6 * loss_of(task, model)
    plan = Relearning(learning_rate=0.02, batch_size=6, orders=2, cap=40)
    first = relearn(model, task, wanted, plan)
    assert bits(model) == before and model.training
    assert all(parameter.grad is None for parameter in model.parameters())
    assert relearn(model, task, wanted, plan) == first


def test_two_models_relearn_over_the_same_batches(make_task):
    """What is compared is the model: order for order, the batches are the same."""
    task = make_task()
    batches = []
    inner = task.data.inputs.batch

    def noted(rows, *, training=False):
        if training:
            batches.append(rows.tolist())
        return inner(rows, training=training)

    task.data.inputs.batch = noted
    plan = Relearning(batch_size=6, orders=2, cap=5)
    orders = []
    for purpose in ("one", "two"):
        batches.clear()
        relearn(task.new_model(purpose), task, 1e-9, plan)
        orders.append(list(batches))
    assert orders[0] == orders[1]
    assert orders[0][:5] != orders[0][5:]  # but the two orders differ
    assert {row for batch in orders[0][:4] for row in batch} == set(range(22))


class Known(torch.nn.Module):
    """A network that says a given number for a given row: the row's number is its input."""

    def __init__(self, outputs):
        super().__init__()
        self.outputs = torch.as_tensor(outputs)

    def forward(self, rows):
        """Look the answers up."""
        return self.outputs[rows][:, None]


class Rows:
    """Inputs that are the row numbers themselves."""

    augments, device = False, "cpu"

    def batch(self, rows, *, training=False):
        """Hand back the row numbers."""
        return rows


@settings(max_examples=80, deadline=None)
@given(
    looks=st.integers(1, 30).flatmap(
        lambda rows: st.lists(
            st.lists(st.floats(0, 10, width=32), min_size=rows, max_size=rows),
            min_size=1,
            max_size=4,
        )
    ),
    limit=st.floats(0, 12),
    size=st.integers(1, 7),
)
def test_neither_the_early_end_nor_earlier_looks_change_the_answer(looks, limit, size):
    count = len(looks[0])
    rows = torch.arange(count)
    task = Task(
        Prepared(Rows(), torch.zeros(count), torch.zeros(count)), "l1", LSTM(name="lstm"),
        rows[:0], rows, rows[:0], 0,
    )  # fmt: skip
    check = ForgetLoss(task, limit, batch_size=size)
    for losses in looks:
        mean = math.fsum(losses) / count
        if abs(mean - limit) > 1e-9 * (1 + limit):  # the last bit of a sum depends on its order
            assert check.reached(Known(losses)) == (mean <= limit)


def test_rows_that_were_far_off_are_read_first(make_task):
    count = 100
    rows = torch.arange(count)
    read = []

    class Noted(Rows):
        def batch(self, rows, *, training=False):
            read.extend(rows.tolist())
            return rows

    task = Task(
        Prepared(Noted(), torch.zeros(count), torch.zeros(count)), "l1", LSTM(name="lstm"),
        rows[:0], rows, rows[:0], 0,
    )  # fmt: skip
    losses = torch.zeros(count)
    losses[70:75] = 50.0
    check = ForgetLoss(task, 1.0, batch_size=5)
    for _ in range(2):  # until every row has been looked at
        assert not check.reached(Known(losses))
    assert set(read) == set(range(count))
    read.clear()
    assert not check.reached(Known(losses))
    assert set(read) < set(range(70, 75))  # three of them are over the limit of 100 by a fifth
    assert len(read) == 3


def test_a_loss_that_is_no_number_is_not_reached(make_task):
    task = make_task()
    model = task.new_model()
    model.output.bias.data.fill_(float("nan"))
    assert not ForgetLoss(task, 1e9).reached(model)


def test_the_check_leaves_the_mode_alone(trained):
    task, model = trained
    model.train()
    model.head[0].eval()
    modes = [module.training for module in model.modules()]
    check = ForgetLoss(task, loss_of(task, model) * 1.01)
    assert check.reached(model)
    assert [module.training for module in model.modules()] == modes
