"""Every method on classes, held against its authors' rule on a small network."""

import copy
import math

import pytest
import torch
from class_rules import FIT, RATE, RULES, SHARE, entropy, logits, marked
from method_tasks import STEPS, make_task, prepared, trained
from plain_settings import DATA, changed
from rounding import depth, rounding

from regression_unlearning import registry
from regression_unlearning.data.prepared import Prepared
from regression_unlearning.errors import UserError
from regression_unlearning.methods import sure
from regression_unlearning.models.modules.activations import penultimate, recorded
from regression_unlearning.models.modules.build import seeded
from regression_unlearning.settings.document import check
from regression_unlearning.training.seeds import seed_for
from regression_unlearning.training.unlearn import unlearn


@pytest.fixture(scope="module", autouse=True)
def double_throughout():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.fixture(scope="module")
def task(double_throughout):
    """Half of class 0 is forgotten; as many rows of it have never been seen."""
    data = prepared(36, 24)
    edges = data.target[data.rows_of("train")].quantile(torch.tensor([1 / 3, 2 / 3]))
    target = torch.bucketize(data.target, edges).to(data.target)
    data = Prepared(data.inputs, target, data.split)
    held_out = data.rows_of("validation")
    held_out = held_out[target[held_out] == 0][:5]
    made = make_task(dropout=0.0, loss="cross_entropy", data=data, forget=5, held_out=held_out)
    helper = trained(made.having(seed=9), epochs=2)
    return made.having(helpers={"blindspot": helper})


@pytest.fixture(scope="module")
def original(task):
    return trained(task, epochs=15)


REFUSED = {
    "blindspot": ({}, "its helper's outputs are targets, which are numbers; leave this method out"),
    "gaussian_amnesiac": ({}, "they have no Gaussian; leave this method out"),
    "gaussian_matching": ({}, "they have no residual to make a Gaussian of"),
    "reg_amnesiac": ({"integers": [0, 2]}, "integers draws numbers; leave integers out"),
}


def alike(found, wanted, steps=2, what=""):
    """Insist on the same parameters.

    A step of Adam is rate g / (|g| + 1e-8): a gradient's rounding grows by rate / 1e-8 at most.
    Gradients here are below 100, losses and temperatures included.
    """
    count = 2 * depth(wanted, STEPS) + 100
    bound = steps * RATE / 1e-8 * rounding(count, 100.0, "float64")
    other = dict(wanted.named_parameters())
    for name, weight in found.named_parameters():
        off = (weight - other[name]).abs().max().item()
        assert off <= bound < RATE / 100, f"{what} {name}: {off:.3g} of {bound:.3g}"


def test_every_method_has_a_rule_here_or_is_refused():
    wanted = set(registry.known("method"))
    assert set(RULES) | set(REFUSED) | {"sure"} == wanted


@pytest.mark.parametrize("method", RULES)
def test_a_method_does_what_its_authors_do(method, task, original):
    options, rule = RULES[method]
    wanted = rule(copy.deepcopy(original), task, original)
    found = unlearn(original, task, method, **options)
    alike(found, wanted, what=method)
    moved = zip(found.parameters(), original.parameters(), strict=True)
    assert max((a - b).abs().max().item() for a, b in moved) > RATE / 10


@pytest.mark.parametrize("options", [{"weight_decay": 0.5}, {"optimizer": "adamw"}])
def test_salun_moves_no_other_weight_by_decay(options, task, original):
    """Fan et al., Eq. 3: theta = m (theta + change) + (1 - m) theta_o, whatever the optimiser."""
    moves = marked(original, task, SHARE)
    found = dict(unlearn(original, task, "salun", **FIT, q=SHARE, **options).named_parameters())
    for name, before in original.named_parameters():
        still = moves[name] == 0
        assert torch.equal(found[name][still], before[still])
        assert (found[name][~still] != before[~still]).all()


@pytest.mark.parametrize(
    ("discriminator", "reverse", "layer"),
    [
        ("linear", "both", "penultimate"),
        ("mlp", "forget", "penultimate"),
        ("mlp", "both", "head.0"),
    ],
)
def test_sure_is_dann_s_game_of_two(discriminator, reverse, layer, task, original):
    """theta_f -= eta (grad L_y - lambda grad L_d); theta_d -= eta_d grad L_d."""
    options = {"discriminator": discriminator, "reverse": reverse, "layer": layer, "hidden": 4}
    found = unlearn(original, task, "sure", **FIT, **options, discriminator_learning_rate=0.02)
    model = copy.deepcopy(original)
    rows = torch.cat([task.forget, task.held_out])
    domain = (torch.arange(len(rows)) < len(task.forget)).double()

    def seen(detached=False):
        with penultimate(model) if layer == "penultimate" else recorded(model, [layer]) as read:
            logits(model, task, rows)
        shown = next(iter(read.values()))
        return torch.where(domain[:, None] == 1, shown, shown.detach()) if detached else shown

    with seeded(seed_for(task.seed, "discriminator"), "cpu"):
        judge = sure.classifier(seen().shape[1], sure.Settings(**FIT, **options))

    def told(shown):
        p = 1 / (1 + (-judge(shown)[:, 0]).exp())
        return -(domain * p.log() + (1 - domain) * (1 - p).log()).mean()

    players = {model: torch.optim.Adam(model.parameters(), lr=RATE)}
    players[judge] = torch.optim.Adam(judge.parameters(), lr=0.02)
    for share in (0.0, 0.5):
        weight = 2 / (1 + math.exp(-10 * share)) - 1
        value = entropy(logits(model, task, task.retain), task.data.target[task.retain]).mean()
        value = value - weight * told(seen(reverse == "forget"))
        slopes = {model: torch.autograd.grad(value, list(model.parameters()), allow_unused=True)}
        slopes[judge] = torch.autograd.grad(told(seen()), list(judge.parameters()))
        for player, found_slopes in slopes.items():
            for parameter, slope in zip(player.parameters(), found_slopes, strict=True):
                parameter.grad = slope
            players[player].step()
    alike(found, model)


def test_scrub_rewinds_by_the_share_of_wrong_classes(task, original):
    """Their code takes the first epoch whose forget error is nearest to the held-out rows' last."""
    options = {**FIT, "epochs": 6, "learning_rate": 0.05, "forget_epochs": 6}
    task = task.having()

    def wrong(model, rows):
        return (
            (logits(model, task, rows).argmax(1) != task.data.target[rows]).double().mean().item()
        )

    def after(epochs):  # which do not depend on how many come after them
        return unlearn(original, task, "scrub", **{**options, "epochs": epochs}, rewind=False)

    models = [original, *map(after, range(1, 7))]
    errors = [wrong(model, task.forget) for model in models]
    limit = wrong(models[-1], task.held_out)
    nearest = min(range(7), key=lambda epoch: abs(errors[epoch] - limit))
    found = unlearn(original, task, "scrub", **options)
    assert task.facts["rewound_to_epoch"] == nearest
    assert task.facts["held_out_error"] == limit
    alike(found, models[nearest], 0)


@pytest.mark.parametrize("method", REFUSED)
def test_what_makes_no_sense_of_classes_is_refused_in_one_line(method, task, original):
    options, why = REFUSED[method]
    entry = {**FIT, **options}
    with pytest.raises(UserError, match=why) as caught:
        unlearn(original, task, method, **entry)
    assert "\n" not in str(caught.value)
    values = changed(f"{DATA}/methods/tried", {"method": method, **entry})
    assert check(values)
    values["datasets"]["pairs"]["loss"] = "cross_entropy"
    with pytest.raises(UserError, match=rf"methods\.tried: loss: cross_entropy .*{why}"):
        check(values)
