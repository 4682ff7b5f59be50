"""Objectives of methods that train, each against its formula on rows one at a time."""

import copy

import pytest
import torch
from method_tasks import STEPS, make_task, same, trained
from rounding import close, depth, rounding
from torch.distributions import Normal, kl_divergence

from regression_unlearning.errors import UserError
from regression_unlearning.methods import gaussian_matching
from regression_unlearning.models.modules.activations import evaluating, recorded
from regression_unlearning.training.batches import drawn_beside, in_turn, shuffled
from regression_unlearning.training.task import Task
from regression_unlearning.training.teachers import ignorant, teacher
from regression_unlearning.training.unlearn import unlearn

FIT = {"epochs": 2, "learning_rate": 0.01, "batch_size": 16}


@pytest.fixture(scope="module", autouse=True)
def double_throughout():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.fixture(scope="module")
def original(double_throughout):
    return trained(make_task(dropout=0.0), epochs=20)


class Caught(Exception):
    """Raised in place of training."""


@pytest.fixture
def objective_of(monkeypatch, original):
    """What a method hands to the training loop, on a model that has moved a little since."""

    def find(method, helpers=None, **options):
        found = {}

        def fit(self, model, settings, **given):
            found.update(model=model, **given)
            raise Caught

        monkeypatch.setattr(Task, "fit", fit)
        task = make_task(dropout=0.0, helpers=helpers or {})
        with pytest.raises(Caught):
            unlearn(original, task, method, **{**FIT, **options})
        with torch.no_grad():
            for weight in found["model"].parameters():
                weight += 0.02
        return task, found

    return find


def outputs(model, task, rows):
    with torch.no_grad():
        return model(task.data.batch(rows))[:, 0]


def squared(model, task, row):
    return (outputs(model, task, row) - task.data.target[row]).square().item()


def mixed(task):
    return torch.cat([task.retain[:6], task.forget[:4]])


def near(value, wanted, model, *magnitudes):
    """Insist on an objective's value; magnitudes: of what it holds against each other, by row."""
    magnitude = sum(part.abs().max().item() for part in magnitudes) ** 2
    close(value, wanted, 2 * depth(model, STEPS) + 10, magnitude, "float64")


def test_blindspot_on_a_batch_is_its_formula_row_by_row(objective_of):
    helper = trained(make_task(dropout=0.0, seed=3), epochs=2)
    task, found = objective_of("blindspot", {"blindspot": helper}, **{"lambda": 5, "form": "norm"})
    model, total, largest = found["model"], 0.0, torch.zeros(1)
    for row in mixed(task).split(1):
        if not task.is_forgotten(row).item():
            total += squared(model, task, row)
            continue
        with recorded(model, model.layers) as ours, evaluating(model):
            said = model(task.data.batch(row))
        with recorded(helper, model.layers) as theirs, evaluating(helper):
            taught = helper(task.data.batch(row))
        total += (said - taught).square().item()
        compared = [layer for layer in model.layers if layer != "output"]
        total += 5 * sum((ours[layer] - theirs[layer]).norm().item() for layer in compared)
        lengths = [ours[layer].norm() + theirs[layer].norm() for layer in compared]
        largest = torch.maximum(largest, (5 * sum(lengths)).sqrt())
    value = found["objective"](model, mixed(task))
    said = outputs(model, task, mixed(task))
    near(value, total / 10, model, said, task.data.target, largest)


@pytest.mark.parametrize("cap", [True, False])
def test_neggrad_weighs_both_sets_and_caps_the_ascent(cap, objective_of):
    task, found = objective_of("neggrad", alpha=0.7, cap=cap, batch_size=4)
    model = found["model"]
    for batch in found["batches"](0, torch.Generator().manual_seed(0)):
        assert task.is_forgotten(batch[-4:]).all() and not task.is_forgotten(batch[:-4]).any()

    def value():
        kept = sum(squared(model, task, row) for row in task.retain[:6].split(1)) / 6
        lost = sum(squared(model, task, row) for row in task.forget[:4].split(1)) / 4
        mean = task.data.target[task.retain].mean()
        limit = (task.data.target[task.forget] - mean).square().mean().item()
        return 0.7 * kept - 0.3 * (min(lost, limit) if cap else lost), lost > limit

    off = outputs(model, task, task.forget[:4]) - task.data.target[task.forget[:4]]
    with torch.no_grad():
        model.output.bias -= off.mean()
    wanted, over = value()
    assert not over
    rows, target = mixed(task), task.data.target
    near(found["objective"](model, rows), wanted, model, outputs(model, task, rows), target)
    with torch.no_grad():
        model.output.bias += 20
    wanted, over = value()
    assert over
    near(found["objective"](model, rows), wanted, model, outputs(model, task, rows), target)


def test_scrub_departs_on_forget_batches_and_stays_on_the_others(objective_of, original):
    task, found = objective_of("scrub", gamma=0.9, alpha=0.4)
    model = found["model"]

    def apart(rows):
        return (outputs(model, task, rows) - outputs(original, task, rows)).square().mean().item()

    forget, retain = task.forget[:5], task.retain[:5]
    target, both = task.data.target, (outputs(model, task, task.train),)
    both += (outputs(original, task, task.train),)
    near(found["objective"](model, forget), -apart(forget), model, *both)
    loss = sum(squared(model, task, row) for row in retain.split(1)) / 5
    wanted = 0.9 * loss + 0.4 * apart(retain)
    near(found["objective"](model, retain), wanted, model, *both, target)
    with torch.no_grad():
        model.output.bias += 50
    variance = task.data.target[task.train].var().item()
    largest = (target**2).max()
    close(found["objective"](model, forget), -variance, len(task.train), largest, "float64")


@pytest.mark.parametrize("folder", [True, False])
def test_scrub_rewinds_to_the_epoch_nearest_to_held_out_rows(folder, original, tmp_path):
    task = make_task(dropout=0.0, state_folder=tmp_path if folder else None)
    options = {"epochs": 5, "learning_rate": 0.02, "batch_size": 16, "forget_epochs": 4}
    found = unlearn(original, task, "scrub", **options)
    errors = [epoch["monitored"] for run in task.fitted for epoch in run.history]
    errors = [task.mean_loss(original, task.forget), *errors]
    wanted = task.facts["held_out_error"]
    chosen = task.facts["rewound_to_epoch"]
    assert abs(errors[chosen] - wanted) == min(abs(error - wanted) for error in errors)
    assert task.mean_loss(found, task.forget) == errors[chosen]
    plain = make_task(dropout=0.0)
    final = unlearn(original, plain, "scrub", **options, rewind=False)
    assert plain.mean_loss(final, plain.held_out) == wanted
    assert same(found, final) == (chosen == 5)


@pytest.mark.parametrize("folder", [True, False])
def test_scrub_rewinds_to_the_original_where_that_is_nearest(folder, original, tmp_path):
    """The held-out rows are the forget rows themselves, and what is learnt destroys the model."""
    task = make_task(dropout=0.0, state_folder=tmp_path if folder else None)
    task = task.having(held_out=task.forget)
    options = {"epochs": 3, "learning_rate": 1e-6, "batch_size": 16, "forget_epochs": 1}
    # the final model's error is the last epoch's own: the last epoch is nearest
    unlearn(original, task, "scrub", **options)
    assert task.facts["rewound_to_epoch"] == 3
    target = task.data.target.clone()
    task = task.having(held_out=task.validation)
    off = task.mean_loss(original, task.forget)  # held-out rows as far off as the forget rows were
    target[task.validation] = 0.0
    at_zero = task.having(data=type(task.data)(task.data.inputs, target, task.data.split))
    model = unlearn(original, at_zero, "scrub", **{**options, "learning_rate": 0.05}, rewind=False)
    outputs_now = task.outputs(model, task.validation)[:, 0]
    target[task.validation] = outputs_now + off**0.5
    known = task.having(data=type(task.data)(task.data.inputs, target, task.data.split))
    found = unlearn(original, known, "scrub", **{**options, "learning_rate": 0.05})
    assert known.facts["rewound_to_epoch"] == 0
    assert same(found, original)


def test_scrub_without_held_out_rows_says_so(original):
    task = make_task(held_out=torch.empty(0, dtype=torch.int64))
    with pytest.raises(UserError, match="rewind: false"):
        unlearn(original, task, "scrub", **FIT)


def test_scrub_takes_no_schedule_that_watches_what_is_meant_to_rise(original):
    with pytest.raises(UserError, match="plateau"):
        unlearn(original, make_task(), "scrub", **FIT, schedule={"name": "plateau"})


@pytest.mark.parametrize("method", ["gaussian_amnesiac", "salun"])
def test_one_label_makes_no_gaussian(method, original):
    with pytest.raises(UserError, match="one row; use labels_of: train"):
        unlearn(original, make_task(forget=1), method, **FIT, labels_of="forget")


def test_what_a_teacher_reads_before_training_is_counted(original):
    task = make_task()
    teacher(task, original, task.train)
    assert [run.seconds > 0 for run in task.fitted] == [True]
    ignorant(task, task.train)  # its own outputs, and their mean
    assert len(task.fitted) == 3


def test_bad_teacher_teaches_each_set_its_own(objective_of, original):
    task, found = objective_of("bad_teacher", retain_share=0.5, ignorance="raw")
    taught = found["rows"]
    assert torch.isin(task.forget, taught).all() and len(taught) == 24 + 36
    random = task.new_model("bad teacher").eval()
    rows = torch.cat([taught[torch.isin(taught, task.retain)][:6], task.forget[:4]])
    total = 0.0
    for row in rows.split(1):
        teacher = random if task.is_forgotten(row).item() else original
        total += (outputs(found["model"], task, row) - outputs(teacher, task, row)).square().item()
    model = found["model"]
    both = (outputs(one, task, task.train) for one in (model, original, random))
    near(found["objective"](model, rows), total / 10, model, *both)


def test_an_ignorant_teacher_speaks_on_the_scale_of_the_retain_set():
    task = make_task()
    rows = task.train
    raw, centred = (ignorant(task, rows, place)(None, rows) for place in ("raw", "centred"))
    kept = torch.isin(rows, task.retain)
    wanted = task.data.target[task.retain].mean()
    largest = task.data.target.abs().max() + centred.abs().max()
    close(centred[kept].mean(), wanted, len(task.retain), largest, "float64")
    shift = centred - raw
    assert abs(shift.mean().item()) > 1  # it matters
    apart = shift.max() - shift.min()
    assert apart.item() <= rounding(2, largest + raw.abs().max(), "float64")  # one number
    task.data.inputs.augments = True  # then it reads what it is shown
    read = ignorant(task, rows)(task.data.batch(rows[:5]), rows[:5])
    magnitude = raw.abs().max() + shift.abs().max()
    close(read, centred[:5], depth(task.new_model(), STEPS), magnitude, "float64")


def test_gaussian_matching_is_the_divergence_of_the_library(objective_of, original):
    task, found = objective_of("gaussian_matching", confidence=0.9, floor=0.2, ignorance="raw")
    quantile = Normal(0.0, 1.0).icdf(torch.tensor(0.95)).item()
    floor = 0.2 * task.data.target[task.train].std().item()
    random = task.new_model("bad teacher").eval()
    total = 0.0
    for row in mixed(task).split(1):
        teacher = random if task.is_forgotten(row).item() else original
        gaussians = []
        for model in (teacher, found["model"]):
            said = outputs(model, task, row)
            sigma = ((task.data.target[row] - said).abs() / quantile).clamp(min=floor)
            gaussians.append(Normal(said, sigma))
        total += kl_divergence(*gaussians).item()
    said = outputs(found["model"], task, task.train)
    # no width is below the floor, and every difference is held against a width
    largest = said.abs().max() + task.data.target.abs().max()
    value = found["objective"](found["model"], mixed(task))
    count = 2 * depth(found["model"], STEPS) + 20
    close(value, total / 10, count, (largest / floor) ** 2, "float64")


def test_the_residual_lies_on_the_edge_of_the_interval():
    sigma = gaussian_matching.width(torch.tensor([[1.0]]), torch.tensor([3.0]), 0.95, 0.01)
    inside = Normal(1.0, sigma.item()).cdf(torch.tensor(3.0)) - Normal(1.0, sigma.item()).cdf(
        torch.tensor(-1.0)
    )
    assert inside.item() == pytest.approx(0.95, abs=rounding(10, 1.0, "float64"))
    held = gaussian_matching.width(torch.tensor([[3.0]]), torch.tensor([3.0]), 0.95, 0.01)
    assert held.item() == 0.01


def test_batches_beside_go_through_every_set():
    rows, other = torch.arange(11), torch.arange(100, 107)
    plan = drawn_beside(rows, 3, other, each=4)
    batches = plan(0, torch.Generator().manual_seed(5))
    again = plan(0, torch.Generator().manual_seed(5))
    assert all(torch.equal(a, b) for a, b in zip(batches, again, strict=True))
    assert [len(batch) for batch in batches] == [7, 7, 7, 6]
    assert torch.cat(batches)[torch.cat(batches) < 100].sort().values.tolist() == list(range(11))
    beside = torch.cat(batches)[torch.cat(batches) >= 100].tolist()
    assert set(beside[:7]) == set(other.tolist()) == set(beside[7:14])


def test_batches_in_turn_begin_with_the_first_set_while_it_is_its_turn():
    plan = in_turn(torch.arange(4), 2, 1, torch.arange(10, 16), 4)
    first = plan(0, torch.Generator().manual_seed(0))
    assert [len(batch) for batch in first] == [2, 2, 4, 2]
    assert torch.cat(first[:2]).max() < 10 <= torch.cat(first[2:]).min()
    assert [len(batch) for batch in plan(1, torch.Generator().manual_seed(0))] == [4, 2]


def test_shuffled_batches_hold_every_row_once():
    batches = shuffled(torch.arange(8), 3)(0, torch.Generator().manual_seed(0))
    assert [len(batch) for batch in batches] == [3, 3, 2]
    assert torch.cat(batches).sort().values.tolist() == list(range(8))


@pytest.mark.parametrize(("rows", "sizes"), [(7, [3, 4]), (4, [4]), (1, [1])])
def test_a_last_row_alone_joins_the_batch_before_it(rows, sizes):
    batches = shuffled(torch.arange(rows), 3)(0, torch.Generator().manual_seed(0))
    assert [len(batch) for batch in batches] == sizes
    assert torch.cat(batches).sort().values.tolist() == list(range(rows))


def test_a_teacher_is_not_moved_by_its_pupil(original):
    before = copy.deepcopy(original)
    for method in ("bad_teacher", "gaussian_matching", "scrub"):
        unlearn(original, make_task(dropout=0.0), method, **FIT)
    assert same(before, original)
