"""The unlearning methods, each against its equation written out row by row."""

import copy
import math

import pytest
import torch

from regression_unlearning import registry
from regression_unlearning.data.families.sentence_pairs.batch import Inputs
from regression_unlearning.errors import UserError
from regression_unlearning.methods import blindspot
from regression_unlearning.models.activations import recorded
from regression_unlearning.settings.training import Fit
from regression_unlearning.training.seeds import seed_for
from regression_unlearning.training.task import Task
from regression_unlearning.training.train import train
from regression_unlearning.training.unlearn import unlearn

PLAIN = {"epochs": 2, "learning_rate": 0.01, "batch_size": 5}


class Recorder(Task):
    """A task that keeps what a method hands to the loop, and trains all the same."""

    def fit(self, model, settings, *, rows=None, objective=None, phase="main", **options):
        """Note the objective, the rows and every batch."""
        self.__dict__.setdefault("calls", []).append((objective, rows))
        inner, batches = objective or self.supervised(), self.__dict__.setdefault("batches", [])

        def noted(model, batch):
            batches.append(batch)
            return inner(model, batch)

        return super().fit(model, settings, rows=rows, objective=noted, phase=phase, **options)


@pytest.fixture
def setting(make_task):
    """A recording task with a helper, and an original model."""

    def make(**changes):
        plain = make_task(**changes)
        helper = plain.new_model("helper").train()
        helper.sentences.eval()  # a mixture of modes, to be left as it is
        task = Recorder(**{**vars(plain), "helpers": {"blindspot": helper}})
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
    """Eq. 9 with Eq. 8 for one row after the other, in double precision and plain Python."""
    total = 0.0
    forget = set(task.forget.tolist())
    for row in rows.tolist():
        inputs = task.data.batch(torch.tensor([row]))
        with recorded(model, model.layers) as ours, recorded(helper, model.layers) as theirs:
            mine, taught = model(inputs).item(), helper(inputs).item()
        if row not in forget:
            total += (mine - task.data.target[row].item()) ** 2
            continue
        total += (mine - taught) ** 2
        for layer in layers:
            a = list(ours[layer].flatten().tolist())
            b = list(theirs[layer].flatten().tolist())
            if form == "norm":
                total += weight * math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b, strict=True)))
            else:
                a, b = [[x * x for x in values] for values in (a, b)]
                lengths = [math.sqrt(sum(x * x for x in values)) or 1.0 for values in (a, b)]
                a, b = [[x / n for x in v] for v, n in zip((a, b), lengths, strict=True)]
                total += weight * sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) / len(a)
    return total / len(rows)


@pytest.mark.parametrize("augments", [False, True])
@pytest.mark.parametrize("form", ["attention", "norm"])
@pytest.mark.parametrize(("weight", "layers"), [(50.0, None), (3.0, 2), (0.0, None)])
def test_blindspot_is_eq_9(setting, form, weight, layers, augments):
    task, original = setting(augments=augments)
    helper = copy.deepcopy(task.helpers["blindspot"]).eval()
    options = {"lambda": weight, "form": form, "layers": layers}
    unlearn(original, task, "blindspot", **PLAIN, **options)
    objective, trained_on = task.calls[0]
    assert torch.equal(trained_on, task.train)
    model = original.eval()
    compared = model.layers[-layers:] if layers else model.layers
    for numbers in ([0, 1, 2, 3, 4, 5], [1, 2, 4], [0, 3], [20, 21, 19, 18]):
        rows = torch.tensor(numbers)
        expected = written_out(model, helper, task, rows, weight, form, compared)
        assert objective(model, rows).item() == pytest.approx(expected, rel=1e-4)


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


def compare(ours, theirs, form):
    """The summed difference of lists of activations, by way of all layers in one piece."""
    flat = [[blindspot.positions(a, form) for a in side] for side in (ours, theirs)]
    comparison = blindspot.Comparison([a.shape[1] for a in flat[0]], form, "cpu")
    scaled = [comparison.scaled(torch.cat(side, 1)) for side in flat]
    return comparison.difference(*scaled), scaled


@pytest.mark.parametrize("shapes", [*([shape] for shape in SHAPES), SHAPES])
def test_differences_of_vectors_sequences_and_feature_maps(shapes):
    generator = torch.Generator().manual_seed(0)
    ours, theirs = ([torch.randn(s, generator=generator) for s in shapes] for _ in range(2))
    found, (scaled, _) = compare(ours, theirs, "attention")
    maps = [torch.stack([attention_by_hand(row) for row in layer]) for layer in ours]
    torch.testing.assert_close(scaled.double(), torch.cat(maps, 1), rtol=1e-5, atol=1e-7)
    expected = [
        sum(
            (attention_by_hand(a[row]) - attention_by_hand(b[row])).pow(2).mean()
            for a, b in zip(ours, theirs, strict=True)
        )
        for row in range(3)
    ]
    torch.testing.assert_close(found.double(), torch.stack(expected), rtol=1e-4, atol=1e-7)
    expected = [
        sum(
            (a[row] - b[row]).double().pow(2).sum().sqrt()
            for a, b in zip(ours, theirs, strict=True)
        )
        for row in range(3)
    ]
    found, _ = compare(ours, theirs, "norm")
    torch.testing.assert_close(found.double(), torch.stack(expected))


def test_attention_ignores_scale_and_survives_zeros():
    a = torch.randn(2, 6, generator=torch.Generator().manual_seed(0))
    found, _ = compare([a], [-3 * a], "attention")
    torch.testing.assert_close(found, torch.zeros(2))
    for form in ("attention", "norm"):
        zero = torch.zeros(2, 6, requires_grad=True)
        for other in (a, torch.zeros(2, 6)):
            compare([zero], [other], form)[0].sum().backward()
        assert torch.isfinite(zero.grad).all()


@pytest.mark.parametrize("labels_of", ["train", "forget"])
def test_gaussian_amnesiac_draws_from_the_right_labels(setting, labels_of):
    """The labels are mean + deviation * z with the same z: two unknowns, read off the losses."""
    task, original = setting()
    rows, outputs, losses = relabelled(task, original, "gaussian_amnesiac", labels_of=labels_of)
    forgotten = torch.isin(rows, task.forget)
    kept = task.data.target[task.retain].double()
    torch.testing.assert_close(
        losses[~forgotten], (outputs[~forgotten] - kept).square(), rtol=1e-4, atol=1e-6
    )
    source = task.data.target[task.train if labels_of == "train" else task.forget].double()
    generator = torch.Generator().manual_seed(seed_for(task.seed, "labels"))
    z = torch.randn(len(task.forget), generator=generator).double()
    labels = (
        source.mean() + ((source - source.mean()).square().sum() / (len(source) - 1)).sqrt() * z
    )
    torch.testing.assert_close(
        losses[forgotten], (outputs[forgotten] - labels).square(), rtol=1e-3, atol=1e-5
    )


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


@pytest.mark.parametrize("labels_of", ["train", "forget"])
def test_gaussian_labels_have_the_moments_asked_for(make_task, labels_of):
    labels, rows = amnesiac_labels(make_task, "gaussian_amnesiac", labels_of=labels_of)
    # forget targets are uniform on [3, 4]; a fifth of the training set is 1
    expected = {"forget": (3.5, math.sqrt(1 / 12)), "train": (3.0, math.sqrt(0.8 / 12 + 1.0))}
    mean, deviation = expected[labels_of]
    assert labels[:rows].mean().item() == pytest.approx(mean, abs=4 * deviation / math.sqrt(rows))
    assert labels[:rows].std().item() == pytest.approx(deviation, rel=0.05)
    assert labels[rows:].tolist() == pytest.approx([1.0] * 1000, abs=1e-3)


def test_reg_amnesiac_is_uniform_on_the_training_range(make_task):
    labels, rows = amnesiac_labels(make_task, "reg_amnesiac")
    drawn = labels[:rows]
    assert drawn.min() + 1e-3 >= 1.0 and drawn.max() <= 4.0 + 1e-3
    share = torch.histc(drawn, 3, 1, 4) / rows
    assert share.tolist() == pytest.approx([1 / 3] * 3, abs=0.03)
    assert labels[rows:].tolist() == pytest.approx([1.0] * 1000, abs=1e-3)


def test_reg_amnesiac_draws_whole_numbers_ends_included(make_task):
    labels, rows = amnesiac_labels(make_task, "reg_amnesiac", integers=(1, 7))
    drawn = labels[:rows].round()
    torch.testing.assert_close(labels[:rows], drawn, atol=1e-3, rtol=0)
    counts = torch.bincount(drawn.int(), minlength=8)
    assert counts[0] == 0 and len(counts) == 8 and counts[1:].min() > rows / 7 * 0.8
    assert labels[rows:].tolist() == pytest.approx([1.0] * 1000, abs=1e-3)


def test_reg_amnesiac_refuses_an_empty_range(setting):
    task, original = setting()
    with pytest.raises(UserError, match="integers 5 to 4 is an empty range"):
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


def test_training_sees_the_retain_set_alone_and_watches_validation_rows(setting):
    task, _ = setting()
    settings = Fit(**PLAIN, schedule={"name": "plateau"})
    model = train(task, settings)
    assert set(torch.cat(task.batches).tolist()) == set(task.retain.tolist())
    outputs = model(task.data.batch(task.validation))[:, 0].detach()
    watched = (outputs - task.data.target[task.validation]).square().mean().item()
    assert task.fitted[0].history[-1]["monitored"] == pytest.approx(watched, rel=1e-5)


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
