"""Density at 0 of deviations from the gold model, against scipy's kernel density estimate."""

from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import gaussian_kde

from regression_unlearning.errors import UserError
from regression_unlearning.evaluation import deviation
from regression_unlearning.evaluation.inputs import Inputs
from regression_unlearning.evaluation.observations import Observation

TARGET = np.array([0.0, 1.0, 2.0, 4.0, 5.0], np.float32)


def observed(seed, target=TARGET):
    generator = np.random.default_rng(seed)
    return Observation(
        {
            "forget/row_id": np.arange(len(target), dtype=np.int32),
            "forget/target": target,
            "forget/prediction": generator.normal(size=len(target)).astype(np.float32),
        }
    )


def taken(gold, own=None):
    sources = [SimpleNamespace(observations=one) for one in (own or gold, gold)]
    method = "finetune" if own else "retrained"
    found = deviation.measure(Inputs("d", "f", method, *sources), deviation.Settings())
    return {(one.quantity, one.seed, one.other_seed): one for one in found}


@pytest.mark.parametrize("sample", [[0.5, -1.0, 2.0, 0.1], list(np.linspace(-3, 1, 50))])
def test_the_density_is_scipy_s(sample):
    sample = np.array(sample)
    expected = gaussian_kde(sample)(0.0)[0]
    assert deviation.density_at_0(sample, folded=False) == pytest.approx(expected, rel=1e-12)
    away = np.abs(sample)
    folded = gaussian_kde(away)(0.0)[0] * 2  # what lies below 0 is turned over to above it
    assert deviation.density_at_0(away, folded=True) == pytest.approx(folded, rel=1e-12)


def test_no_density_of_one_value():
    assert deviation.density_at_0(np.array([1.0]), folded=False) is None
    assert deviation.density_at_0(np.array([1.0, 3.0]), folded=False) is None
    assert deviation.density_at_0(np.full(5, 0.3), folded=True) is None
    gold = observed(1)
    same = taken({0: gold}, {0: gold})
    assert {one.value for one in same.values()} == {None}
    assert {one.note for one in same.values()} == {deviation.SAME}


def test_a_method_is_held_against_gold_of_its_seed():
    gold, own = ({seed: observed(seed + start) for seed in (0, 1)} for start in (0, 10))
    found = taken(gold, own)
    for seed in (0, 1):
        away = own[seed].arrays["forget/prediction"].astype(float)
        away -= gold[seed].arrays["forget/prediction"]
        plain = gaussian_kde(away)(0.0)[0]
        relative = 2 * gaussian_kde(np.abs(away[1:]) / TARGET[1:])(0.0)[0]  # the label 0 has none
        assert found["deviation_density", seed, None].value == pytest.approx(plain)
        assert found["relative_deviation_density", seed, None].value == pytest.approx(relative)


def test_the_floor_is_what_two_gold_models_differ_by_seen_from_a_third():
    gold = {seed: observed(seed) for seed in (0, 1, 2, 3)}
    seen = {
        (a, b): deviation.density_at_0(deviation.deviations(gold[a], gold[b], True), True)
        for a in gold
        for b in gold
        if a != b
    }
    found = taken(gold)
    assert len(found) == 2 * 6
    for a, b in combinations(gold, 2):
        others = [c for c in gold if c not in (a, b)]
        expected = np.mean([abs(seen[a, c] - seen[b, c]) for c in others])
        one = found["relative_deviation_density", a, b]
        assert one.value == pytest.approx(expected) and one.note == deviation.PAIRED
    two = taken({seed: gold[seed] for seed in (0, 1)})
    assert [(one.value, one.note) for one in two.values()] == [(None, deviation.FEW)] * 2


def test_other_rows_are_refused():
    other = Observation({**observed(2).arrays, "forget/row_id": np.arange(5)[::-1]})
    with pytest.raises(UserError, match="different forget rows"):
        taken({0: observed(1)}, {0: other})
