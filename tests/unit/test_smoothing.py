"""Densities of each seed and of all together, against SciPy's and against their sum."""

import numpy as np
import pytest
from scipy.stats import gaussian_kde

from regression_unlearning.reporting import smoothing
from regression_unlearning.reporting.smoothing import densities

GRID = np.linspace(-8, 8, 2001)
MADE = np.random.default_rng(0)
SEEDS = [MADE.normal(at, 1, count) for at, count in ((0, 500), (1, 200), (-1, 90))]


def test_the_pooled_density_is_that_of_all_values():
    expected = gaussian_kde(np.concatenate(SEEDS))(GRID)
    assert densities(SEEDS, GRID).pooled == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_each_seed_s_is_smoothed_by_the_same_width():
    everything = np.concatenate(SEEDS)
    width = everything.std(ddof=1) * len(everything) ** -0.2
    found = densities(SEEDS, GRID)
    for seed, values in zip(found.seeds, SEEDS, strict=True):
        expected = gaussian_kde(values, bw_method=width / values.std(ddof=1))(GRID)
        assert seed == pytest.approx(expected, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("relative", [False, True])
def test_each_is_one_in_total_and_the_pooled_one_inside_of_the_band(relative):
    seeds = [abs(one) for one in SEEDS] if relative else SEEDS
    grid = GRID[GRID >= 0] if relative else GRID
    found = densities(seeds, grid, relative)
    for curve in (found.pooled, *found.seeds):
        assert np.trapezoid(curve, grid) == pytest.approx(1, abs=1e-3)
    slack = 1e-12 * found.seeds.max()
    assert (found.pooled >= found.seeds.min(axis=0) - slack).all()
    assert (found.pooled <= found.seeds.max(axis=0) + slack).all()


def test_many_rows_are_taken_in_parts(monkeypatch):
    whole = densities(SEEDS, GRID)
    monkeypatch.setattr(smoothing, "AT_ONCE", 7)
    assert densities(SEEDS, GRID).seeds == pytest.approx(whole.seeds, rel=1e-12)


def test_one_value_alone_has_no_density_and_a_seed_of_one_value_has():
    assert densities([np.full(9, 0.3), np.full(4, 0.3)], GRID) is None
    assert densities([np.array([1.0])], GRID) is None and densities([], GRID) is None
    assert densities([np.array([1.0]), np.array([3.0])], GRID) is None
    found = densities([np.full(9, 0.3), np.array([0.0, 1.0]), np.empty(0)], GRID)
    assert found.seeds.shape == (2, len(GRID)) and np.isfinite(found.seeds).all()
