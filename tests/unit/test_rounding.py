"""The bound that other tests rely on: wide enough for any order of a sum, and not wider by much."""

import numpy as np
import pytest
from rounding import close, depth, rounding
from torch import nn


def test_every_order_of_a_sum_stays_within_the_bound():
    generator = np.random.default_rng(0)
    terms = generator.normal(size=1000).astype(np.float32)
    exact, magnitude = terms.astype(float).sum(), np.abs(terms).sum()
    for _ in range(50):
        one_by_one = np.cumsum(generator.permutation(terms), dtype=np.float32)[-1]
        close(one_by_one, exact, len(terms), magnitude)


def test_what_is_wrong_is_outside_of_it():
    wanted = np.array([1.0, 1e-6])
    close(wanted * [1, 1.1], wanted, 10)  # small beside its neighbour
    for wrong in (wanted * [1 + 1e-5, 1], wanted * [1, np.nan], wanted[:1], -wanted):
        with pytest.raises(AssertionError):
            close(wrong, wanted, 10)
    with pytest.raises(AssertionError):
        close(wanted + 1e-10, wanted, 10, dtype="float64")
    assert rounding(3, 2.0) == 6 * 2.0**-23


def test_a_network_s_longest_way():
    assert depth(nn.Sequential(nn.Linear(6, 3), nn.Linear(3, 1))) == (6 + 4) + 5 + (3 + 4) + 5
    assert depth(nn.LSTM(2, 3), steps=10) == 10 * ((2 + 4) + (3 + 4) + 5 + 5)
