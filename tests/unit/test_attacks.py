"""The attack's classifier on made-up features."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from regression_unlearning.evaluation import attacks, draws


def blobs(seed, count, centre, width=4):
    return np.random.default_rng(seed).normal(centre, 1, (count, width))


def taken(members, others, asked, *, repeats=4, regularisation=1.0, **options):
    random = np.random.default_rng(0).spawn(repeats)
    rows = [draws.divide(draws.pairs(len(members), len(others), one), 500, 0.3) for one in random]
    options = {"regularisation": regularisation, "calibrate": True, **options}
    return attacks.attack(members, others, asked, rows, **options)


def test_separable_classes_give_an_auc_of_1():
    found = taken(blobs(0, 80, 8.0), blobs(1, 80, -8.0), blobs(2, 50, 8.0))
    assert found.auc == 1.0 and found.label_rate == 1.0 and found.probability > 0.9
    found = taken(blobs(0, 80, 8.0), blobs(1, 80, -8.0), blobs(2, 50, -8.0))
    assert found.label_rate == 0.0 and found.probability < 0.1 and found.spread == 0.0


def test_identical_classes_give_an_auc_near_a_half():
    found = taken(blobs(0, 400, 0), blobs(1, 400, 0), blobs(2, 400, 0))
    # 120 rows a class held out: the AUC's deviation of one draw is sqrt(241 / (12 * 120^2)) = 0.037
    assert abs(found.auc - 0.5) < 4 * 0.037
    assert abs(found.label_rate - 0.5) < 0.15 and abs(found.probability - 0.5) < 0.1


def test_the_auc_is_of_held_out_rows():
    """An RBF kernel learns noise by heart; rows that it was fitted to would say AUC 1."""
    sides = blobs(0, 60, 0, 30), blobs(1, 60, 0, 30), blobs(2, 5, 0, 30)
    assert taken(*sides, regularisation=1e3).auc < 0.75
    (fitted,) = attacks.decisions(
        np.concatenate(sides[:2]), [np.concatenate(sides[:2])], 1e3, standardise=True
    )
    assert attacks.auc(fitted[None])[0] == 1.0


def test_standardising_makes_units_irrelevant():
    sides = [blobs(seed, 60, centre) for seed, centre in ((0, 0.5), (1, 0.0), (2, 0.2))]
    scale = np.array([2.0**-13, 1.0, 2.0**10, 8.0])  # powers of 2: the same bits, once standardised
    assert taken(*(side * scale for side in sides)) == taken(*sides)
    assert taken(*(s * scale for s in sides), standardise=False) != taken(*sides, standardise=False)


def test_the_auc_is_the_library_s():
    generator = np.random.default_rng(0)
    told = generator.integers(0, 9, (3, 60)) / 2  # with ties
    wanted = [roc_auc_score(np.repeat([1, 0], 30), row) for row in told]
    np.testing.assert_allclose(attacks.auc(told), wanted, rtol=1e-12)


def test_probabilities_are_calibrated_on_rows_held_out():
    generator = np.random.default_rng(0)
    held_out = generator.normal(size=200) + np.repeat([1, 0], 100)
    asked = np.linspace(-3, 3, 7)
    model = LogisticRegression().fit(held_out[:, None], np.repeat([1, 0], 100))
    wanted = 1 / (1 + np.exp(-(asked * model.coef_[0, 0] + model.intercept_[0])))
    np.testing.assert_allclose(attacks.calibrated(held_out, asked), wanted, rtol=1e-12)


@pytest.mark.parametrize("block", [1, 7])
def test_rows_asked_about_in_blocks_are_told_the_same(monkeypatch, block):
    sides = blobs(0, 60, 0.5), blobs(1, 60, 0), blobs(2, 23, 0)
    whole = attacks.decisions(np.concatenate(sides[:2]), [sides[2]], 1.0, standardise=True)
    monkeypatch.setattr(attacks, "BLOCK", block)
    parts = attacks.decisions(np.concatenate(sides[:2]), [sides[2]], 1.0, standardise=True)
    # a sum of at most 120 terms, each 1 in size, in another order
    np.testing.assert_allclose(parts[0], whole[0], atol=120**2 * np.finfo(float).eps)
