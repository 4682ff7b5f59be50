"""Which rows an attack is fitted to, and which are held out."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regression_unlearning.evaluation import draws

LABELS = st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.5, 5.0]), min_size=1, max_size=60)


def inside_bins(labels, edges):
    """How many labels lie in each bin; the last holds its upper edge."""
    return [
        ((labels >= low) & ((labels <= high) if high == edges[-1] else (labels < high))).sum()
        for low, high in itertools.pairwise(edges)
    ]


@settings(max_examples=60, deadline=None)
@given(LABELS, st.lists(st.floats(0, 5, width=32), min_size=1, max_size=60), st.integers(0, 5))
def test_matched_pairs_fill_the_bins_equally(first, second, seed):
    first, second = np.array(first), np.array(second)
    one, other = draws.matched_pairs(first, second, np.random.default_rng(seed))
    assert len(set(one)) == len(one) == len(other) == len(set(other))
    edges = np.unique(np.quantile(np.concatenate([first, second]), np.linspace(0, 1, 11)))
    if len(edges) == 1:
        assert len(one) == min(len(first), len(second))
        return
    found = inside_bins(first[one], edges)
    assert found == inside_bins(second[other], edges)
    assert found == [min(n) for n in zip(inside_bins(first, edges), inside_bins(second, edges),
                                         strict=True)]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(LABELS, LABELS, st.integers(1, 60), st.integers(0, 5))
def test_any_part_of_matched_pairs_is_matched_too(first, second, count, seed):
    first, second = np.array(first), np.array(second)
    one, other = draws.matched_pairs(first, second, np.random.default_rng(seed))[:, :count]
    edges = np.unique(np.quantile(np.concatenate([first, second]), np.linspace(0, 1, 11)))
    assert inside_bins(first[one], edges) == inside_bins(second[other], edges)


def test_matched_pairs_are_in_random_order():
    labels = np.repeat(np.arange(10.0), 50)
    one, _ = draws.matched_pairs(labels, labels, np.random.default_rng(0))
    assert len(one) == 500
    assert len(np.unique(labels[one][:50])) > 5  # in the order of the bins it would be one


def test_pairs_are_of_different_rows_and_equally_many():
    one, other = draws.pairs(50, 30, np.random.default_rng(0))
    assert len(set(one)) == len(set(other)) == 30
    assert set(one) <= set(range(50)) and set(other) == set(range(30))


@pytest.mark.parametrize(
    ("total", "rows", "held_out", "fitted", "kept"),
    [
        (10, 500, 0.3, 7, 3),
        (11, 500, 0.3, 7, 4),
        (1379, 500, 0.3, 500, 500),
        (900, 500, 0.3, 500, 400),
        (600, 500, 0.3, 420, 180),
        (1, 500, 0.3, 0, 1),
        (0, 500, 0.3, 0, 0),
    ],
)
def test_a_draw_is_fitted_to_some_rows_and_holds_out_others(total, rows, held_out, fitted, kept):
    paired = draws.pairs(total, total + 5, np.random.default_rng(0))
    draw = draws.divide(paired, rows, held_out)
    assert draw.fitted.shape == (2, fitted) and draw.held_out.shape == (2, kept)
    for used, left in zip(*draw, strict=True):
        assert not set(used) & set(left)
    assert draw.enough == (min(fitted, kept) >= 3)


def test_one_row_and_two_rows():
    assert [draws.rows_a_class(n) for n in (0, 1, 2)] == [
        "0 rows a class", "1 row a class", "2 rows a class",
    ]  # fmt: skip
