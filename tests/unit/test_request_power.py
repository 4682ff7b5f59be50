"""The standard error of an AUC, its interval, and what few rows can show, against simulation."""

import math

import numpy as np
import pytest
from scipy.stats import norm, rankdata

from regression_unlearning.requests.attacks import NEAREST, matched
from regression_unlearning.requests.power import POWER, interval, shown, standard_error

TIMES = 4000


def drawn(auc, members, others, times=TIMES, seed=0):
    """AUCs of scores with negative exponential distributions: the closed form is exact for them."""
    generator = np.random.default_rng(seed)
    first = generator.exponential(auc / (1 - auc), (times, members))
    second = generator.exponential(1.0, (times, others))
    ranks = rankdata(np.hstack([first, second]), axis=1)[:, :members].sum(1)
    return (ranks - members * (members + 1) / 2) / (members * others)


@pytest.mark.parametrize("members", [1, 3, 20])
@pytest.mark.parametrize("others", [5, 100])
@pytest.mark.parametrize("auc", [0.5, 0.7, 0.95])
def test_the_standard_error_is_that_of_simulated_aucs(auc, members, others):
    found = drawn(auc, members, others, TIMES)
    expected = standard_error(auc, members, others)
    # the variance's own relative error: root of (kurtosis - 1) / times
    kurtosis = np.mean((found - found.mean()) ** 4) / found.var() ** 2
    assert abs(found.var() / expected**2 - 1) < 5 * math.sqrt((kurtosis - 1) / TIMES)


@pytest.mark.parametrize(("members", "others"), [(1, 1), (3, 8), (20, 500)])
def test_at_a_half_it_is_mann_and_whitneys(members, others):
    expected = math.sqrt((members + others + 1) / (12 * members * others))
    assert math.isclose(standard_error(0.5, members, others), expected, rel_tol=1e-12)


@pytest.mark.parametrize("auc", [0.5, 0.8, 0.95])
def test_the_interval_holds_the_truth_as_often_as_it_says(auc):
    ends = np.array([interval(one, 20, 200, 1.96) for one in drawn(auc, 20, 200, 300)])
    share = ((ends[:, 0] <= auc) & (auc <= ends[:, 1])).mean()
    # four standard deviations of 300 draws, and a point for the normal law with 20 rows
    assert abs(share - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 300) + 0.01


@pytest.mark.parametrize("members", [1, 2, 20, 500])
@pytest.mark.parametrize("auc", [0, 1e-6, 0.3, 0.5, 0.999, 1])
def test_an_interval_stays_in_its_range_and_is_never_a_point(auc, members):
    low, high = interval(auc, members, 50, 2.24)
    assert 0 <= low <= auc <= high <= 1 and high - low > 1e-3
    mirrored = interval(1 - auc, members, 50, 2.24)
    assert np.allclose(mirrored, [1 - high, 1 - low], atol=1e-9)


def test_twenty_rows_can_show_an_auc_of_seven_tenths():
    assert 0.65 < shown(20, 1000, 0.5, norm.ppf(0.975)) < 0.7
    assert shown(1, 1000, 0.5, norm.ppf(0.975)) is None
    assert shown(20, 200, 0.5, 1.96) > shown(40, 200, 0.5, 1.96) > shown(40, 400, 0.5, 1.96)


def test_what_can_be_shown_is_shown_with_the_chance_that_is_said():
    least = shown(20, 200, 0.55, 1.96)
    shows = np.mean([interval(one, 20, 200, 1.96)[0] > 0.55 for one in drawn(least, 20, 200, 300)])
    # four standard deviations, and three points for the normal law with 20 rows
    assert abs(shows - POWER) < 4 * math.sqrt(POWER * (1 - POWER) / 300) + 0.03


def test_matching_takes_the_label_out_and_counts_rows_as_they_are_used():
    """Scores that follow the label alone tell nothing, and the AUC spreads as its formula says."""
    generator = np.random.default_rng(0)
    aucs, counts = [], []
    for _ in range(400):
        labels, other_labels = generator.uniform(0, 0.3, 15), generator.uniform(0, 1, 400)
        scores, others = (
            labels + generator.normal(size=15),
            other_labels + generator.normal(size=400),
        )
        auc, effective = matched(scores, others, labels, other_labels)
        aucs.append(auc)
        counts.append(effective)
    expected = standard_error(0.5, 15, np.mean(counts))
    assert NEAREST < np.mean(counts) < 0.4 * 400
    assert abs(np.mean(aucs) - 0.5) < 4 * expected / math.sqrt(400) + 0.002
    assert abs(np.std(aucs) / expected - 1) < 4 / math.sqrt(2 * 400) + 0.02
