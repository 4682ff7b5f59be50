"""Paired comparisons, floors and ranks against other implementations and by their error rates."""

import math

import numpy as np
import pytest
from scipy import stats

from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.evaluation.values import Value
from regression_unlearning.reporting import floors
from regression_unlearning.reporting.comparing import (
    BETTER,
    SAME,
    UNTOLD,
    WORSE,
    compare,
    holm,
    judged,
)
from regression_unlearning.reporting.comparisons import Scores, against_nothing, away
from regression_unlearning.reporting.layout import Layout
from regression_unlearning.reporting.ranks import Ranks, rank

MEAN = Quantity("q", "Q", "", goal="retrained", least=0.0)


def by_seed(numbers):
    return dict(enumerate(map(float, numbers)))


def test_the_floor_is_the_mean_difference_and_its_interval_the_jackknife():
    gold = by_seed([1.0, 1.5, 0.5, 2.0, 1.25])
    pairs = floors.between(gold)
    plain = [abs(a - b) for i, a in gold.items() for j, b in gold.items() if i < j]
    assert floors.floor(pairs, MEAN) == pytest.approx(np.mean(plain))
    # the jackknife written out: leave one model out, take the floor anew
    left = [
        np.mean([abs(gold[a] - gold[b]) for a in gold for b in gold if a < b and s not in (a, b)])
        for s in gold
    ]
    error = math.sqrt(4 / 5 * np.sum((np.array(left) - np.mean(left)) ** 2))
    half = stats.t.ppf(0.975, 4) * error / np.mean(plain)
    low, high = floors.interval(pairs, MEAN)
    assert (low, high) == pytest.approx(
        (np.mean(plain) * math.exp(-half), np.mean(plain) * math.exp(half))
    )
    assert floors.interval(floors.between(by_seed([1.0, 2.0, 3.0, 4.0])), MEAN) is None


def test_a_difference_is_the_paired_t_test():
    ours, other = [0.2, 0.3, 0.1, 0.25, 0.3], [1.2, 1.1, 0.9, 1.3, 1.0]
    found = compare(by_seed(ours), by_seed(other), 0.1)
    expected = stats.ttest_rel(ours, other)
    assert found.p_apart == pytest.approx(expected.pvalue, rel=1e-9)
    assert (found.low, found.high) == pytest.approx(tuple(expected.confidence_interval(0.95)))
    assert judged({"a": found})["a"].verdict == BETTER
    assert judged({"a": compare(by_seed(other), by_seed(ours), 0.1)})["a"].verdict == WORSE


def test_equivalence_is_two_one_sided_tests():
    ours, other = [1.0, 1.1, 0.9, 1.05, 1.0], [1.02, 1.08, 0.93, 1.04, 1.01]
    found = compare(by_seed(ours), by_seed(other), 0.5)
    apart = np.array(ours) - other
    expected = max(
        stats.ttest_1samp(apart + 0.5, 0, alternative="greater").pvalue,
        stats.ttest_1samp(apart - 0.5, 0, alternative="less").pvalue,
    )
    assert found.p_same == pytest.approx(expected, rel=1e-9)
    assert judged({"a": found})["a"].verdict == SAME


def test_the_floors_own_uncertainty_counts():
    ours, other = by_seed([1.0, 1.1, 0.9, 1.05, 1.0]), by_seed([1.02, 1.08, 0.93, 1.04, 1.01])
    pairs = floors.between(by_seed([0.0, 1.0, 0.1, 0.2, 0.05]))
    margin = floors.floor(pairs, MEAN)
    assert compare(ours, other, margin, pairs).p_same > compare(ours, other, margin).p_same


def test_a_difference_below_the_floor_is_not_better():
    """However sure it is: retrained models differ by as much."""
    ours, other = [1.0, 1.1, 0.9, 1.2, 1.3], [1.1, 1.2, 1.0, 1.3, 1.4]
    found = judged({"a": compare(by_seed(ours), by_seed(other), 0.2)})["a"]
    assert found.p_apart < 1e-6 and found.verdict == SAME


def test_what_cannot_be_told_says_how_many_seeds_would():
    generator = np.random.default_rng(1)
    apart = generator.normal(-0.5, 0.8, 5)
    apart += -0.5 - apart.mean()
    apart *= 1  # mean -0.5 exactly
    one = judged({"a": compare(by_seed(apart + 2), by_seed([2.0] * 5), 0.1)})["a"]
    assert one.verdict == UNTOLD and one.needed > 5
    # with so many seeds of this mean and spread the test has a power of about 80 %
    spread, needed = apart.std(ddof=1), one.needed
    power = 1 - stats.nct.cdf(
        stats.t.ppf(0.975, needed - 1), needed - 1, 0.5 / spread * math.sqrt(needed)
    )
    assert 0.75 < power < 0.9


@pytest.mark.parametrize(("ours", "other"), [([1.0, 2.0], [0.0, 0.0]), ([], []), ([1.0], [1.0])])
def test_two_seeds_tell_nothing(ours, other):
    found = judged({"a": compare(by_seed(ours), by_seed(other), 0.1)})["a"]
    assert (found.difference, found.verdict, found.needed) == (None, UNTOLD, None)


def test_a_model_left_as_it_was_is_the_same():
    same = by_seed([1.0, 2.0, 3.0])
    assert judged({"a": compare(same, same, 0.0)})["a"].verdict == SAME


def test_holm_against_the_definition():
    p = {"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005}
    # sorted: d 0.005*4, a 0.01*3, c 0.03*2, b 0.04*1, made monotone
    assert holm(p) == pytest.approx({"d": 0.02, "a": 0.03, "c": 0.06, "b": 0.06})


def test_of_two_models_alike_few_are_called_better():
    """Families of twelve comparisons of equal models: 5 % of families err at most (Holm)."""
    generator = np.random.default_rng(2)
    wrong, number = 0, 400
    for _ in range(number):
        family = {
            n: compare(*(by_seed(generator.normal(1, 0.3, 5)) for _ in range(2)), 0.0)
            for n in range(12)
        }
        wrong += any(one.verdict in (BETTER, WORSE) for one in judged(family).values())
    assert wrong / number < 0.05 + 3 * math.sqrt(0.05 * 0.95 / number)


def test_ratios_are_compared_by_ranks_and_in_logarithms():
    index = Quantity("q", "Q", "", goal="1", least=0.0, average="median")
    assert away(0.5, index) == away(2.0, index) == math.log(2) and away(0.0, index) == math.inf
    ours, other = by_seed([0.1] * 8), by_seed([math.inf, 3.0, 2.0, 1.5, 4.0, 2.5, 3.5, 1.0])
    found = judged({"a": compare(ours, other, 0.2, ranked=True)})["a"]
    assert found.p_apart == pytest.approx(2 / 2**8)  # all of one sign
    assert found.verdict == BETTER


def measured(method, numbers, quantity="error_forget_train", other=None):
    return [
        Value("d", "f", method, quantity, seed, other and seed + 1, float(number))
        for seed, number in enumerate(numbers)
    ]


LAYOUT = Layout(
    "T",
    "D",
    {("d", "f"): "F"},
    {"original": "Original", "retrained": "Retrained", "near": "Near", "far": "Far"},
    quantities={
        "error_forget_train": Quantity("error_forget_train", "E", "", goal="retrained", least=0.0),
        "w": Quantity("w", "W", "", goal="0", least=0.0, compares=True),
        "row_distance_train": Quantity(
            "row_distance_train", "R", "", goal="0", least=0.0, compares=True
        ),
        "seconds_over_retraining": Quantity(
            "seconds_over_retraining", "S", "", summary="cost", least=0.0, average="geometric"
        ),
    },
)


def test_scores_are_distances_from_gold_of_the_same_seed():
    rows = [
        *measured("retrained", [2.0, 3.0, 4.0]),
        *measured("original", [1.0, 1.0, 1.0]),
        *measured("near", [2.1, 2.9, 4.1]),
    ]
    scores = Scores(rows, LAYOUT.quantities)
    key = ("d", "f", "near", "error_forget_train")
    assert scores.of(key) == pytest.approx({0: 0.1, 1: 0.1, 2: 0.1})
    found = against_nothing(scores, LAYOUT)
    one = found["d", "f", "near", "original", "error_forget_train"]
    assert one.difference == pytest.approx(np.mean([0.1 - 1, 0.1 - 2, 0.1 - 3]))
    assert one.floor == pytest.approx(np.mean([1, 2, 1]))
    assert ("d", "f", "far", "original", "error_forget_train") not in found


def test_ranks_and_ties():
    generator = np.random.default_rng(0)
    names = {"original": "O", "retrained": "R", "a": "A", "b": "B", "c": "C", "d": "D"}
    layout = Layout("T", "D", LAYOUT.groups, names, quantities=LAYOUT.quantities)
    rows = []
    for method, level in {"a": 1.0, "b": 1.0, "c": 2.0, "d": 3.0}.items():
        noise = generator.normal(0, 0.1, 6)
        rows += measured(method, level + noise, "row_distance_train")
        rows += measured(method, level + noise[::-1], "seconds_over_retraining")
    found = rank(Scores(rows, layout.quantities), layout)
    assert isinstance(found, Ranks) and (found.seeds, found.blocks) == (6, 2)
    assert set(list(found.means)[:2]) == {"a", "b"} and list(found.means)[2:] == ["c", "d"]
    assert sum(found.means.values()) == pytest.approx(10)  # ranks 1 to 4
    assert found.ties == [tuple(list(found.means)[:2])]
    assert found.tied("c") == [] and found.means["d"] == 4.0
    assert all(1 <= low <= high <= 4 for low, high in found.intervals.values())


def test_the_critical_difference_is_tukeys():
    """Two methods: the studentized range is t times the root of two, so it is the paired t test."""
    generator = np.random.default_rng(3)
    names = {"original": "O", "retrained": "R", "a": "A", "b": "B"}
    groups = {("d", f"f{n}"): "F" for n in range(9)}
    layout = Layout("T", "D", groups, names, quantities=LAYOUT.quantities)
    rows = [
        Value("d", f"f{n}", method, "row_distance_train", seed, None, float(generator.random()))
        for method in ("a", "b")
        for n in range(9)
        for seed in range(7)
    ]
    found = rank(Scores(rows, layout.quantities), layout)
    scores = Scores(rows, layout.quantities)
    ours = np.array(
        [
            np.mean(
                [
                    1 + (scores.of((*g, "a", "row_distance_train"))[seed]
                         > scores.of((*g, "b", "row_distance_train"))[seed])
                    for g in groups
                ]
            )
            for seed in range(7)
        ]
    )  # fmt: skip
    apart = ours - (3 - ours)
    half = stats.t.ppf(0.975, 6) * stats.sem(apart)
    assert found.difference == pytest.approx(half, rel=1e-6)


def test_with_too_few_seeds_nothing_is_ranked():
    said = rank(Scores(measured("near", [1.0], "row_distance_train"), LAYOUT.quantities), LAYOUT)
    assert isinstance(said, str) and "3 seeds" in said
