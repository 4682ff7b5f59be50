"""Methods that move some weights only, or move weights without training."""

import logging
import math

import pytest
import torch
from method_tasks import STEPS, make_task, same, trained
from rounding import close, depth, rounding
from torch import nn

from regression_unlearning.methods import fisher_noise, l1_sparse, salun
from regression_unlearning.models.modules.freezing import only_last
from regression_unlearning.settings.training import Fit
from regression_unlearning.training.fit import fit
from regression_unlearning.training.gradients import mean_gradient, mean_squares
from regression_unlearning.training.unlearn import unlearn

FIT = {"epochs": 2, "learning_rate": 0.01, "batch_size": 16}


@pytest.fixture(scope="module")
def task():
    return make_task()


@pytest.fixture(scope="module")
def original(task):
    return trained(task)


def moved(first, second):
    after = dict(second.named_parameters())
    before = first.named_parameters()
    return {name for name, weight in before if not torch.equal(weight, after[name])}


@pytest.mark.parametrize("method", ["cf_k", "eu_k"])
@pytest.mark.parametrize(("k", "prefixes"), [(1, ("output",)), (2, ("head.1", "output"))])
def test_only_the_last_layers_move(method, k, prefixes, task, original):
    found = unlearn(original, task, method, k=k, **FIT)
    wanted = {name for name, _ in original.named_parameters() if name.startswith(prefixes)}
    assert moved(original, found) == wanted


@pytest.mark.parametrize("method", ["cf_k", "eu_k"])
def test_as_many_layers_as_there_are_means_all(method, task, original):
    found = unlearn(original, task, method, k=len(original.layers), **FIT)
    assert moved(original, found) == {name for name, _ in original.named_parameters()}


def test_eu_k_begins_with_fresh_weights(task, original):
    found = unlearn(original, task, "eu_k", k=1, epochs=1, learning_rate=1e-9, batch_size=64)
    fresh = task.new_model("fresh layers")
    moved_by = 2 * 1e-9  # two mini-batches, each at most about the rate
    off = (found.output.weight - fresh.output.weight).abs()
    assert (off <= moved_by + rounding(2, fresh.output.weight.abs().max())).all()


def test_running_means_of_frozen_layers_stay():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1), nn.BatchNorm1d(1))
    model.layers = ("0", "1", "2", "3")
    x, y = torch.randn(20, 3) + 1, torch.randn(20)
    before = {name: value.clone() for name, value in model.state_dict().items()}

    def objective(model, rows):
        return (model(x[rows])[:, 0] - y[rows]).square().mean()

    with only_last(model, 2):
        fit(model, objective, torch.arange(20), Fit(**FIT), seed=0)
    after = model.state_dict()
    still = {name for name, value in before.items() if torch.equal(value, after[name])}
    assert still == {name for name in before if name[0] in "01"}
    assert all(weight.requires_grad for weight in model.parameters())


def test_salun_marks_its_share_of_the_largest():
    first, second = [[3.0, -5.0], [0.0, 1.0]], [-4.0, 2.0, 0.5, 0.0]
    gradient = {"a": torch.tensor(first), "b": torch.tensor(second)}
    mask = salun.top_share(gradient, 0.5)
    assert mask["a"].tolist() == [[1, 1], [0, 0]] and mask["b"].tolist() == [1, 1, 0, 0]
    equal = salun.top_share({"a": torch.ones(10)}, 0.3)["a"]
    assert equal.tolist() == [1] * 3 + [0] * 7
    for share, number in ((0.0, 0), (1.0, 8)):
        assert sum(part.sum() for part in salun.top_share(gradient, share).values()) == number


def test_salun_leaves_the_other_weights_bits_alone(task, original):
    found = unlearn(original, task, "salun", q=0.3, **FIT)
    mask = salun.top_share(mean_gradient(original, task, task.forget), 0.3)
    after, changed = dict(found.named_parameters()), 0
    for name, weight in original.named_parameters():
        differs = weight != after[name]
        assert not (differs & (mask[name] == 0)).any()
        changed += differs.sum().item()
    total = sum(weight.numel() for weight in original.parameters())
    assert 0.25 * total < changed <= round(0.3 * total)
    assert not any(weight._backward_hooks for weight in found.parameters())


def importance(model, task, rows, method):
    """The sources' rules, a row after the other.

    In SSD the mean of squared gradients of the loss, in LFSSD that of absolute gradients of the
    output's squared length.
    """
    total = {name: torch.zeros_like(weight) for name, weight in model.named_parameters()}
    for row in rows.tolist():
        output = model(task.data.batch(torch.tensor([row])))[0]
        loss = (output[0] - task.data.target[row]) ** 2
        of = loss if method == "ssd" else torch.linalg.vector_norm(output) ** 2
        for name, found in zip(
            total, torch.autograd.grad(of, list(model.parameters())), strict=True
        ):
            total[name] += found * found if method == "ssd" else found.abs()
    return {name: whole / len(rows) for name, whole in total.items()}


@pytest.mark.parametrize("method", ["ssd", "lfssd"])
def test_dampening_is_the_rule_of_its_source(method, double):
    task = make_task()
    original = trained(task).eval()
    found = unlearn(original, task, method, alpha=1.5, **{"lambda": 0.8})
    whole = importance(original, task, task.train, method)
    forget = importance(original, task, task.forget, method)
    after, count, total, near = dict(found.named_parameters()), 0, 0, 0
    largest = max(values.max().item() for values in forget.values())
    # each gradient comes through the network, and is of the size of the largest of them
    roundings = 4 * depth(original, STEPS) + len(task.train)
    for name, weight in original.named_parameters():
        for old, new, d, f in zip(
            *(part.detach().flatten().tolist() for part in (weight, after[name])),
            whole[name].flatten().tolist(),
            forget[name].flatten().tolist(),
            strict=True,
        ):
            total += 1
            if abs(f - 1.5 * d) <= rounding(roundings, largest, "float64"):
                near += f > 0  # on the edge: either way is right
                continue
            if f > 1.5 * d:
                count += 1
                share = largest / f  # of which f and d are off
                close(new, old * min(1, 0.8 * d / f), 2 * roundings * share, abs(old), "float64")
            else:
                assert new == old
    assert 0 < count < total
    assert abs(task.facts["dampened_share"] - count / total) <= near / total + 1e-12


def test_dampening_takes_at_most_so_many_rows_of_either_set(task, original):
    found = unlearn(original, task, "ssd", alpha=1.5, rows=5, **{"lambda": 0.8})
    retain = task.some(task.retain, 5, "retain importance")
    forget = task.some(task.forget, 5, "forget importance")
    assert len(retain) == len(forget) == 5
    share = len(task.forget) / len(task.train)
    of_retain, of_forget = (mean_squares(original, task, rows) for rows in (retain, forget))
    overall = {n: share * f + (1 - share) * of_retain[n] for n, f in of_forget.items()}
    after = dict(found.named_parameters())
    for name, weight in original.named_parameters():
        d, f = overall[name], of_forget[name]
        factor = torch.where(f > 1.5 * d, (0.8 * d / f).clamp(max=1), torch.ones_like(d))
        close(after[name], weight * factor, 10, weight.abs())
    assert not same(found, original)


def test_an_alpha_beyond_the_largest_ratio_dampens_nothing_and_says_so(task, original, caplog):
    """The forget set is a part of the training set: its importance is bounded by their sizes."""
    most = len(task.train) / len(task.forget)
    for rows in (None, 5):
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            assert same(unlearn(original, task, "ssd", alpha=1.01 * most, rows=rows), original)
        assert f"more than {most:.2f} times" in caplog.text
    caplog.clear()
    unlearn(original, task, "ssd", alpha=0.9 * most)
    assert not caplog.text


def test_ssd_does_nothing_where_nothing_stands_out(task, original):
    assert same(unlearn(original, task, "ssd", alpha=1e9), original)


def test_fisher_noise_is_wide_where_the_retain_set_knows_little():
    settings = fisher_noise.Settings(alpha=1e-4, limit=0.5)
    wide = fisher_noise.deviation(torch.tensor([0.0, 1e-4, 1e-2, 1.0]), settings)
    close(wide, [0.5, 0.5, 0.1, 0.01], 4)  # in single precision: the numbers, a division, a root
    none = fisher_noise.deviation(torch.tensor([0.0, 1.0]), fisher_noise.Settings(alpha=0))
    assert none.tolist() == [0, 0]


def test_fisher_noise_has_the_deviation_it_names(task, original):
    found = unlearn(original, task, "fisher_noise", alpha=1e-5, limit=0.05)
    known = mean_squares(original, task, task.retain)
    scaled = torch.cat(
        [
            ((after - before) / (1e-5 / known[name]).sqrt().clamp(max=0.05)).flatten()
            for (name, before), after in zip(
                original.named_parameters(), found.parameters(), strict=True
            )
        ]
    )
    assert abs(scaled.mean().item()) < 4 / math.sqrt(len(scaled))
    assert abs(scaled.std().item() - 1) < 4 / math.sqrt(2 * len(scaled))


def test_the_sparsity_penalty_falls_from_gamma_to_nothing():
    assert l1_sparse.weight_of(0.0, 0.3) == 0.3
    assert l1_sparse.weight_of(1.0, 0.3) == 0
    assert l1_sparse.weight_of(0.25, 0.4) == pytest.approx(0.3)


def test_a_strong_penalty_shrinks_the_weights(task, original):
    models = [unlearn(original, task, "l1_sparse", gamma=gamma, **FIT) for gamma in (0.0, 0.1)]
    sizes = [sum(w.abs().sum().item() for w in model.parameters()) for model in models]
    assert sizes[1] < 0.95 * sizes[0]
