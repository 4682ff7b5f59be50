"""Distances row by row: plain loops, closed forms, and what they see where marginals agree."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from observed_models import observation
from scipy.stats import norm

from regression_unlearning.errors import UserError
from regression_unlearning.evaluation import inputs, row_distance, wasserstein
from regression_unlearning.evaluation.observations import Observation

EPS = np.finfo(float).eps


class Given:
    """Observed models by seed, as a measure asks for them."""

    def __init__(self, models):
        self.observations = models


def observed(predictions, test=None, like=1.0, rows=None):
    """Models that say given numbers of the forget rows, a line each, and of test rows."""
    models = {}
    for seed, line in enumerate(predictions):
        count = len(line)
        told = line if test is None else test[seed]
        arrays = observation(
            like=like,
            tests=len(told),
            forget__prediction=np.asarray(line, np.float32),
            forget__row_id=np.arange(count) if rows is None else rows,
            test__prediction=np.asarray(told, np.float32),
        )
        models[seed] = Observation(arrays)
    return models


def measured(ours, gold, method="blindspot"):
    """Values by quantity and seeds."""
    found = row_distance.measure(
        inputs.Inputs("d", "f", method, Given(ours), Given(gold)), row_distance.Settings()
    )
    return {(one.quantity, one.seed, one.other_seed): one for one in found}


def energy_by_hand(ours, gold):
    """The estimate, written out: expectations over different seeds, row by row."""
    seeds, total = range(len(ours)), 0.0
    for row in range(len(ours[0])):
        u, g = [line[row] for line in ours], [line[row] for line in gold]
        pairs = [(s, t) for s in seeds for t in seeds if s != t]
        across = sum(abs(u[s] - g[t]) for s, t in pairs) / len(pairs)
        within_u = sum(abs(u[s] - u[t]) for s, t in pairs) / len(pairs)
        within_g = sum(abs(g[s] - g[t]) for s, t in pairs) / len(pairs)
        total += 2 * across - within_u - within_g
    return total / len(ours[0])


NUMBERS = st.floats(-8, 8, width=16)
SEEDS = st.integers(3, 5)


@settings(max_examples=40, deadline=None)
@given(st.data(), SEEDS, st.integers(1, 6))
def test_energies_average_to_the_estimate_and_are_its_jackknife(data, seeds, rows):
    lines = st.lists(
        st.lists(NUMBERS, min_size=rows, max_size=rows), min_size=seeds, max_size=seeds
    )
    ours, gold = data.draw(lines), data.draw(lines)
    found = row_distance.energies(np.array(ours), np.array(gold))
    whole = energy_by_hand(ours, gold)
    tolerance = 100 * seeds * seeds * rows * EPS * 16  # sums of so many terms of at most 16
    assert found.mean() == pytest.approx(whole, abs=tolerance)
    if seeds == 3:
        return  # two seeds are left: by the same rule
    for seed, value in enumerate(found):
        rest = [[line for s, line in enumerate(side) if s != seed] for side in (ours, gold)]
        without = energy_by_hand(*rest)
        assert value == pytest.approx(seeds * whole - (seeds - 1) * without, abs=tolerance)


def test_distances_equal_a_plain_loop():
    generator = np.random.default_rng(0)
    ours, gold = (generator.normal(size=(3, 7)).astype(np.float32) for _ in range(2))
    test = [generator.normal(size=(3, 6)).astype(np.float32) for _ in range(2)]
    models = [observed(ours, test[0], like=0.5), observed(gold, test[1], like=0.5)]
    found = measured(*models)

    def by_hand(one, other, rows):
        return sum(abs(float(a) - float(b)) for a, b in zip(one, other, strict=True)) / rows

    for seed in range(3):
        train = by_hand(ours[seed], gold[seed], 7)
        like = by_hand(test[0][seed][:3], test[1][seed][:3], 3)
        for key, expected in (("row_distance_train", train), ("row_distance_test", like)):
            value = found[key, seed, None].value
            assert value == pytest.approx(expected, rel=10 * EPS)
    between = measured(models[1], models[1], "retrained")
    for i, j in ((0, 1), (0, 2), (1, 2)):
        value = between["row_distance_train", i, j].value
        assert value == pytest.approx(by_hand(gold[i], gold[j], 7), rel=10 * EPS)
    assert {key[1:] for key in between if key[0] == "row_distance_test"} == {
        (0, 1), (0, 2), (1, 2)
    }  # fmt: skip


def test_the_right_predictions_on_the_wrong_rows_are_far_row_by_row():
    """The distance of marginals is 0; each row is 1 or 3 from where it was."""
    gold = observed([[0, 1, 2, 3]] * 3)
    ours = observed([[3, 2, 1, 0]] * 3)
    for seed in gold:
        assert wasserstein.distance(ours[seed], gold[seed]) == 0
    found = measured(ours, gold)
    assert [found["row_distance_train", seed, None].value for seed in gold] == [2.0] * 3
    assert [found["row_energy_train", seed, None].value for seed in gold] == [4.0] * 3


@settings(max_examples=40, deadline=None)
@given(st.data(), SEEDS, st.integers(1, 6), st.floats(-4, 4))
def test_it_does_not_matter_where_zero_is_or_what_the_unit_is(data, seeds, rows, shift):
    lines = st.lists(
        st.lists(NUMBERS, min_size=rows, max_size=rows), min_size=seeds, max_size=seeds
    )
    ours, gold = (np.array(data.draw(lines)) for _ in range(2))
    found = row_distance.energies(ours, gold)
    close = {"rel": 0, "abs": 1e3 * seeds * seeds * rows * EPS * 16}
    assert row_distance.energies(ours + shift, gold + shift) == pytest.approx(found, **close)
    assert row_distance.energies(2 * ours, 2 * gold) == pytest.approx(2 * found, **close)


def test_the_energy_of_two_normal_distributions_is_the_closed_form():
    """E|X - Y| of N(0, 1) and N(mu, 1): X - Y is N(mu, 2), its absolute value folded normal."""
    mu, seeds, rows = 1.5, 6, 20_000
    generator = np.random.default_rng(1)
    ours = generator.normal(mu, 1, (seeds, rows))
    gold = generator.normal(0, 1, (seeds, rows))

    def absolute(mean):
        folded = math.sqrt(4 / math.pi) * math.exp(-(mean**2) / 4)
        return folded + mean * (1 - 2 * norm.cdf(-mean / math.sqrt(2)))

    expected = 2 * absolute(mu) - 2 * absolute(0)
    by_row = np.array(
        [row_distance.energies(u, g).mean()
         for u, g in zip(np.split(ours, 100, 1), np.split(gold, 100, 1), strict=True)]
    )  # fmt: skip
    error = by_row.std(ddof=1) / 10  # of a mean of 100 independent estimates
    assert abs(row_distance.energies(ours, gold).mean() - expected) < 5 * error < 0.05


def test_gold_under_other_seeds_has_no_energy_and_a_shift_has_twice_itself():
    """Seeds that differ on every row by a spread that rows share: the jackknife sees it."""
    generator = np.random.default_rng(2)
    rows, seeds, estimates, errors = 50, 5, [], []
    truth = generator.uniform(0, 5, rows)

    def some():
        own = generator.normal(0, 0.3, (seeds, 1))  # of a seed, on all its rows
        return truth + own + generator.normal(0, 0.2, (seeds, rows))

    for _ in range(400):
        found = row_distance.energies(some(), some())
        estimates.append(found.mean())
        errors.append(found.std(ddof=1) / math.sqrt(seeds))
    assert abs(np.mean(estimates)) < 4 * np.std(estimates) / math.sqrt(400)
    # its standard error is not far off: over 400 tries few are beyond what Student's t allows
    beyond = np.abs(estimates) > 2.776 * np.array(errors)  # 5 % of t with 4 degrees of freedom
    assert beyond.mean() < 0.15
    gold = some()
    spread = energy_by_hand(gold.tolist(), [[0.0] * rows] * seeds)  # 2 E|G| - E|G - G'|
    spread = 2 * np.abs(gold).mean() - spread
    shifted = row_distance.energies(gold + 30, gold)
    assert shifted.mean() == pytest.approx(2 * 30 - 2 * spread, rel=1e-12)
    alike = np.repeat(truth[None], seeds, 0)
    assert row_distance.energies(alike - 30, alike) == pytest.approx([60] * seeds, rel=1e-12)


@pytest.mark.parametrize("shift", [0.5, 1.0, 2.0])
def test_the_spread_of_the_seeds_values_is_the_estimate_s_error(shift):
    """Over many tries the estimate's own deviation is what the seeds' values say on average.

    A mean over a seed's own pairs, which averages to the same estimate, would say half of it.
    """
    generator = np.random.default_rng(3)
    seeds, tries = 8, 2000
    found = np.array(
        [
            row_distance.energies(
                generator.normal(shift, 1, (seeds, 1)), generator.normal(0, 1, (seeds, 1))
            )
            for _ in range(tries)
        ]
    )
    deviation = found.mean(1).std(ddof=1)
    said = math.sqrt((found.var(axis=1, ddof=1) / seeds).mean())
    # the jackknife's variance is never too small on average (Efron and Stein, 1981), and here at
    # most a half too large; 3 % are the tries' own
    assert 0.97 < said / deviation < 1.5


def test_two_seeds_have_no_energy_and_say_so():
    models = observed([[0, 1, 2], [1, 2, 3]])
    for method in ("blindspot", "retrained"):
        found = measured(models, models, method)
        energies = [one for key, one in found.items() if key[0] == "row_energy_train"]
        assert [(one.value, one.note) for one in energies] == [(None, row_distance.FEW)] * 2


def test_the_retrained_models_have_an_energy_of_exactly_0():
    generator = np.random.default_rng(0)
    gold = observed(generator.normal(size=(4, 9)))
    found = measured(gold, gold, "retrained")
    energies = [one for key, one in found.items() if key[0] == "row_energy_train"]
    assert [(one.value, one.note, one.other_seed) for one in energies] == [
        (0.0, row_distance.DEFINED, None)
    ] * 4


def test_no_test_row_like_the_forget_set_is_said():
    models = observed([[0, 1, 2]] * 3, like=0)
    found = measured(models, models)
    rows = [one for key, one in found.items() if key[0] == "row_distance_test"]
    assert [(one.value, one.note) for one in rows] == [(None, row_distance.NO_ROW)] * 3
    assert found["row_distance_train", 0, None].value == 0


def test_models_of_other_rows_are_not_held_against_each_other():
    gold = observed([[0, 1, 2]] * 3)
    ours = observed([[0, 1, 2]] * 3, rows=np.array([0, 2, 1]))
    with pytest.raises(UserError, match="different forget rows"):
        measured(ours, gold)
