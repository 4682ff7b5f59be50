"""The unlearning methods, each against its equation written out row by row."""

import copy
import math
from dataclasses import fields

import pytest
import torch
from rounding import close, depth, rounding

from regression_unlearning import registry
from regression_unlearning.data.families.sentence_pairs.batch import Inputs
from regression_unlearning.errors import UserError
from regression_unlearning.methods import blindspot
from regression_unlearning.models.modules.activations import recorded
from regression_unlearning.settings.training import Fit
from regression_unlearning.training.seeds import seed_for
from regression_unlearning.training.task import Task
from regression_unlearning.training.train import train
from regression_unlearning.training.unlearn import unlearn

STEPS = 10  # words of a sentence
PLAIN = {"epochs": 2, "learning_rate": 0.01, "batch_size": 5}


class Recorder(Task):
    """A task that keeps what a method hands to the loop, and trains all the same."""

    def fit(self, model, settings, *, targets=None, objective=None, rows=None, **options):
        """Note the objective, the rows and every batch."""
        inner, batches = (
            objective or self.supervised(targets),
            self.__dict__.setdefault("batches", []),
        )
        self.__dict__.setdefault("calls", []).append((inner, rows))

        def noted(model, batch):
            batches.append(batch)
            return inner(model, batch)

        return super().fit(model, settings, objective=noted, rows=rows, **options)


@pytest.fixture
def setting(make_task):
    """A recording task with a helper, and an original model."""

    def make(**changes):
        plain = make_task(**changes)
        helper = plain.new_model("helper").train()
        helper.sentences.eval()  # a mixture of modes, to be left as it is
        given = {field.name: getattr(plain, field.name) for field in fields(plain)}
        task = Recorder(**given | {"helpers": {"blindspot": helper}})
        return task, plain.new_model("original")

    return make


def relabelled(task, original, method, **options):
    """The labels that a method trains towards, read off its objective one row at a time."""
    unlearn(original, task, method, **{**PLAIN, **options})
    (objective, rows) = task.calls[0]
    model = original.eval()
    with torch.no_grad():
        outputs = model(task.data.batch(rows))[:, 0]
        losses = torch.stack([objective(model, row[None]) for row in rows])
    assert torch.equal(rows, task.train)
    return rows, outputs.double(), losses.double()


def written_out(model, helper, task, rows, weight, form, layers):
    """Eq. 9 with Eq. 8 for one row after the other, in double precision and plain Python.

    Beside it the magnitude of what it sums: the same with a sum for each difference.
    """
    total = magnitude = 0.0
    forget = set(task.forget.tolist())
    for row in rows.tolist():
        inputs = task.data.batch(torch.tensor([row]))
        with recorded(model, model.layers) as ours, recorded(helper, model.layers) as theirs:
            mine, taught = model(inputs).item(), helper(inputs).item()
        if row not in forget:
            total += (mine - task.data.target[row].item()) ** 2
            magnitude += (abs(mine) + task.data.target[row].item()) ** 2
            continue
        total += (mine - taught) ** 2
        magnitude += (abs(mine) + abs(taught)) ** 2
        for layer in layers:
            a = list(ours[layer].flatten().tolist())
            b = list(theirs[layer].flatten().tolist())
            if form == "norm":
                total += weight * math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b, strict=True)))
                magnitude += weight * math.hypot(*a, *b)
            else:
                a, b = [[x * x for x in values] for values in (a, b)]
                lengths = [math.sqrt(sum(x * x for x in values)) or 1.0 for values in (a, b)]
                a, b = [[x / n for x in v] for v, n in zip((a, b), lengths, strict=True)]
                total += weight * sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) / len(a)
                magnitude += weight * sum((x + y) ** 2 for x, y in zip(a, b, strict=True)) / len(a)
    return total / len(rows), magnitude / len(rows)


@pytest.mark.parametrize("augments", [False, True])
@pytest.mark.parametrize("form", ["attention", "norm"])
@pytest.mark.parametrize(("weight", "layers"), [(50.0, None), (3.0, 2), (0.0, None)])
def test_blindspot_is_eq_9(setting, double, form, weight, layers, augments):
    task, original = setting(augments=augments)
    helper = copy.deepcopy(task.helpers["blindspot"]).eval()
    options = {"lambda": weight, "form": form, "layers": layers}
    unlearn(original, task, "blindspot", **PLAIN, **options)
    objective, trained_on = task.calls[0]
    assert torch.equal(trained_on, task.train)
    model = original.eval()
    compared = model.layers[:-1][-layers:] if layers else model.layers[:-1]
    for numbers in ([0, 1, 2, 3, 4, 5], [1, 2, 4], [0, 3], [20, 21, 19, 18]):
        rows = torch.tensor(numbers)
        expected, magnitude = written_out(model, helper, task, rows, weight, form, compared)
        close(objective(model, rows), expected, 2 * depth(model, STEPS), magnitude, "float64")


def test_blindspot_s_gradient_reaches_only_the_model(setting):
    task, original = setting()
    unlearn(original, task, "blindspot", **PLAIN)
    objective, _ = task.calls[0]
    objective(original.train(), task.train).backward()
    assert all(parameter.grad is not None for parameter in original.parameters())
    assert all(parameter.grad is None for parameter in task.helpers["blindspot"].parameters())


@pytest.mark.parametrize("augments", [False, True])
@pytest.mark.parametrize("method", ["blindspot", "finetune", "gaussian_amnesiac", "reg_amnesiac"])
def test_original_and_helper_are_left_as_they_were(setting, bits, method, augments):
    task, original = setting(augments=augments)
    helper = task.helpers["blindspot"]
    original.train()
    before = bits(original), bits(helper)
    modes = [m.training for model in (original, helper) for m in model.modules()]
    targets = task.data.target.clone()
    found = unlearn(original, task, method, **PLAIN)
    assert (bits(original), bits(helper)) == before
    assert [m.training for model in (original, helper) for m in model.modules()] == modes
    assert not any(m._forward_hooks for model in (original, helper, found) for m in model.modules())
    assert torch.equal(task.data.target, targets)
    assert bits(found) != before[0] and not found.training
    assert bits(unlearn(original, task, method, **PLAIN)) == bits(found)


def test_blindspot_without_weight_ignores_activations(setting, bits):
    """Lambda 0 is plain imitation: the form and the layers make no difference."""
    task, original = setting()
    found = {
        bits(unlearn(original, task, "blindspot", **PLAIN, **{"lambda": 0, **more}))["output.bias"]
        for more in ({}, {"form": "norm"}, {"layers": 1})
    }
    weighted = bits(unlearn(original, task, "blindspot", **PLAIN))["output.bias"]
    assert len(found) == 1 and weighted not in found


def attention_by_hand(row):
    """One row's map: squares, mean over channels where there are any, scaled to unit length."""
    values = row.double().pow(2)
    if values.ndim == 3:  # channels, height, width
        values = sum(values) / len(values)
    elif values.ndim == 2:  # steps, channels
        values = torch.stack([sum(step) / len(step) for step in values])
    values = values.reshape(-1)
    return values / values.dot(values).sqrt()


SHAPES = [(3, 7), (3, 5, 4), (3, 4, 2, 3)]


def flat(activations, form="attention"):
    return [blindspot.positions(one, form) for one in activations]


def compare(ours, theirs, form):
    """The summed difference of lists of activations, by way of all layers in one piece."""
    sides = [flat(side, form) for side in (ours, theirs)]
    comparison = blindspot.Comparison([one.shape[1] for one in sides[0]], form, "cpu")
    scaled = [comparison.scaled(torch.cat(side, 1)) for side in sides]
    return comparison.difference(*scaled), scaled


@pytest.mark.parametrize("shapes", [*([shape] for shape in SHAPES), SHAPES])
def test_differences_of_vectors_sequences_and_feature_maps(shapes):
    generator = torch.Generator().manual_seed(0)
    ours, theirs = ([torch.randn(s, generator=generator) for s in shapes] for _ in range(2))
    found, (scaled, _) = compare(ours, theirs, "attention")
    maps = [torch.stack([attention_by_hand(row) for row in layer]) for layer in ours]
    # squares, their mean over channels, and their length over positions: a unit vector each
    count = 4 + max(layer[0].numel() for layer in ours)
    close(scaled, torch.cat(maps, 1), count, 1.0)
    expected = [
        sum(
            (attention_by_hand(a[row]) - attention_by_hand(b[row])).pow(2).mean()
            for a, b in zip(ours, theirs, strict=True)
        )
        for row in range(3)
    ]
    largest = sum(4 / maps.shape[1] for maps in flat(ours))  # of two unit vectors, and their mean
    close(found, torch.stack(expected), 2 * count, largest)
    expected = [
        sum(
            (a[row] - b[row]).double().pow(2).sum().sqrt()
            for a, b in zip(ours, theirs, strict=True)
        )
        for row in range(3)
    ]
    found, _ = compare(ours, theirs, "norm")
    close(found, torch.stack(expected), count)


def test_attention_ignores_scale_and_survives_zeros():
    a = torch.randn(2, 6, generator=torch.Generator().manual_seed(0))
    found, _ = compare([a], [-3 * a], "attention")
    close(found, [0, 0], 6 + 4, 4 / 6)
    for form in ("attention", "norm"):
        zero = torch.zeros(2, 6, requires_grad=True)
        for other in (a, torch.zeros(2, 6)):
            compare([zero], [other], form)[0].sum().backward()
        assert torch.isfinite(zero.grad).all()


@pytest.mark.parametrize("labels_of", ["train", "forget"])
def test_gaussian_amnesiac_draws_from_the_right_labels(setting, double, labels_of):
    """The labels are mean + deviation * z with the same z: two unknowns, read off the losses."""
    task, original = setting()
    rows, outputs, losses = relabelled(task, original, "gaussian_amnesiac", labels_of=labels_of)
    forgotten = torch.isin(rows, task.forget)
    kept = task.data.target[task.retain].double()
    count = 2 * depth(original, STEPS)
    magnitude = (outputs[~forgotten].abs() + kept) ** 2
    wanted = (outputs[~forgotten] - kept).square()
    close(losses[~forgotten], wanted, count, magnitude, "float64")
    source = task.data.target[task.train if labels_of == "train" else task.forget].double()
    generator = torch.Generator().manual_seed(seed_for(task.seed, "labels"))
    z = torch.randn(len(task.forget), generator=generator).double()
    labels = (
        source.mean() + ((source - source.mean()).square().sum() / (len(source) - 1)).sqrt() * z
    )
    magnitude = (outputs[forgotten].abs() + source.abs().max() + labels.abs()) ** 2
    wanted = (outputs[forgotten] - labels).square()
    close(losses[forgotten], wanted, count + 2 * len(source), magnitude, "float64")


def amnesiac_labels(make_task, method, rows=4000, **options):
    """Labels of a large forget set: the targets of the objective where the model says 0."""
    plain = make_task()
    generator = torch.Generator().manual_seed(2)
    target = torch.cat([torch.rand(rows, generator=generator) + 3, torch.full((1000,), 1.0)])
    inputs = Inputs({"tokens": torch.zeros(rows + 1000, 2, 10), "vectors": torch.zeros(1, 3)})
    data = type(plain.data)(inputs, target, torch.zeros(rows + 1000, dtype=torch.uint8))
    every = torch.arange(rows + 1000)
    task = Recorder(
        **{
            **vars(plain),
            "data": data,
            "forget": every[:rows],
            "retain": every[rows:],
            "loss": "l1",
        }
    )
    settings = {"epochs": 1, "learning_rate": 1e-9, "batch_size": rows + 1000, **options}
    unlearn(plain.new_model(), task, method, **settings)
    objective, _ = task.calls[0]
    below = lambda words: torch.full((len(words), 1), -1000.0)  # noqa: E731
    return torch.tensor([objective(below, row[None]).item() - 1000 for row in every]), rows


#: A label below 8 comes out of a difference from 1,000: its sum, the difference, their signs.
OF_1000 = rounding(4, 1008.0)


@pytest.mark.parametrize("labels_of", ["train", "forget"])
def test_gaussian_labels_have_the_moments_asked_for(make_task, labels_of):
    labels, rows = amnesiac_labels(make_task, "gaussian_amnesiac", labels_of=labels_of)
    # forget targets are uniform on [3, 4]; a fifth of the training set is 1
    expected = {"forget": (3.5, math.sqrt(1 / 12)), "train": (3.0, math.sqrt(0.8 / 12 + 1.0))}
    mean, deviation = expected[labels_of]
    assert labels[:rows].mean().item() == pytest.approx(mean, abs=4 * deviation / math.sqrt(rows))
    # a deviation's own is at most that of a normal sample: deviation / sqrt(2 rows)
    spread = 4 * deviation / math.sqrt(2 * rows)
    assert labels[:rows].std().item() == pytest.approx(deviation, abs=spread)
    assert labels[rows:].tolist() == pytest.approx([1.0] * 1000, abs=OF_1000)


def test_reg_amnesiac_is_uniform_on_the_training_range(make_task):
    labels, rows = amnesiac_labels(make_task, "reg_amnesiac")
    drawn = labels[:rows]
    assert drawn.min() + OF_1000 >= 1.0 and drawn.max() <= 4.0 + OF_1000
    share = torch.histc(drawn.clamp(1, 4), 3, 1, 4) / rows
    spread = 4 * math.sqrt(1 / 3 * 2 / 3 / rows)
    assert share.tolist() == pytest.approx([1 / 3] * 3, abs=spread)
    assert labels[rows:].tolist() == pytest.approx([1.0] * 1000, abs=OF_1000)


def test_reg_amnesiac_draws_whole_numbers_ends_included(make_task):
    labels, rows = amnesiac_labels(make_task, "reg_amnesiac", integers=(1, 7))
    drawn = labels[:rows].round()
    assert (labels[:rows] - drawn).abs().max() <= OF_1000
    counts = torch.bincount(drawn.int(), minlength=8)
    assert counts[0] == 0 and len(counts) == 8 and counts[1:].min() > rows / 7 * 0.8
    assert labels[rows:].tolist() == pytest.approx([1.0] * 1000, abs=OF_1000)


def test_reg_amnesiac_refuses_an_empty_range(setting):
    task, original = setting()
    with pytest.raises(UserError, match="no number lies from 5 to 4"):
        unlearn(original, task, "reg_amnesiac", **PLAIN, integers=(5, 4))


def test_finetune_never_sees_a_forget_row(setting):
    task, original = setting()
    unlearn(original, task, "finetune", **PLAIN)
    seen = torch.cat(task.batches)
    assert not torch.isin(seen, task.forget).any()
    assert seen.sort().values.tolist() == sorted(task.retain.tolist() * PLAIN["epochs"])


def test_finetune_does_not_depend_on_the_forgotten_targets(setting, bits):
    task, original = setting()
    found = bits(unlearn(original, task, "finetune", **PLAIN))
    other = task.data.target.clone()
    other[task.forget] = 99.0
    data = type(task.data)(task.data.inputs, other, task.data.split)
    assert bits(unlearn(original, task.having(data=data), "finetune", **PLAIN)) == found


def test_training_sees_the_retain_set_alone_and_watches_validation_rows(setting, double):
    task, _ = setting()
    settings = Fit(**PLAIN, schedule={"name": "plateau"})
    model = train(task, settings)
    assert set(torch.cat(task.batches).tolist()) == set(task.retain.tolist())
    outputs = model(task.data.batch(task.validation))[:, 0].detach()
    target = task.data.target[task.validation]
    watched, magnitude = (outputs - target).square().mean(), (outputs.abs() + target) ** 2
    found = task.fitted[0].history[-1]["monitored"]
    close(found, watched, 2 * depth(model, STEPS) + len(target), magnitude.max(), "float64")


def test_methods_are_found_by_name_and_wrong_options_are_named(setting):
    task, original = setting()
    with pytest.raises(UserError, match="unknown method 'blindspt'; did you mean 'blindspot'"):
        unlearn(original, task, "blindspt", **PLAIN)
    with pytest.raises(UserError, match="unknown key 'lamda'; did you mean 'lambda'"):
        unlearn(original, task, "blindspot", **PLAIN, lamda=5)
    with pytest.raises(UserError, match="lambda: .*greater than or equal to 0"):
        unlearn(original, task, "blindspot", **PLAIN, **{"lambda": -1})
    papers = {"blindspot", "finetune", "gaussian_amnesiac", "reg_amnesiac"}
    assert papers <= set(registry.known("method"))


def test_an_objective_has_targets_of_its_own(make_task):
    task = make_task()
    given = {"objective": task.supervised(), "targets": task.data.target}
    with pytest.raises(TypeError, match="targets"):
        task.fit(task.new_model(), Fit(**PLAIN), **given)
