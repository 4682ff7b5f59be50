"""Curves that lie under others: found where they do, and not where they only cross."""

import numpy as np

from regression_unlearning.reporting.coincidence import hidden, sentence

X = np.linspace(0, 100, 300)


def curve(y):
    return np.stack([X, np.broadcast_to(y, X.shape)], axis=1)


def test_the_earlier_of_two_equal_curves_is_hidden():
    wave = 20 * np.sin(X / 9)
    found = hidden({"a": curve(wave), "b": curve(-wave), "c": curve(wave + 0.5)}, near=1)
    assert found == {"a": "c"}
    assert hidden({"c": curve(wave + 0.5), "a": curve(wave)}, near=1) == {"c": "a"}


def test_curves_that_cross_or_part_once_are_both_seen():
    wave = 20 * np.sin(X / 9)
    bump = wave + 5 * np.exp(-(((X - 50) / 2) ** 2))
    assert hidden({"a": curve(wave), "b": curve(bump)}, near=1) == {}
    assert hidden({"a": curve(X), "b": curve(100 - X)}, near=1) == {}


def test_steep_curves_are_compared_across_not_upwards():
    """Two upright lines 0.5 apart differ by 100 in height and are one line to the eye."""
    lines = {"a": np.array([[5, 0], [5, 100.0]]), "b": np.array([[5.5, 0], [5.5, 100.0]])}
    assert hidden(lines, near=1) == {"a": "b"}


def test_corners_far_from_one_another_do_not_matter():
    flat = {"a": np.array([[0, 3], [100, 3.0]]), "b": curve(3.2), "none": np.empty((0, 2))}
    assert hidden(flat, near=1) == {"a": "b"}


def test_it_is_said_in_one_sentence():
    panels = [("Low", {"A": "C", "B": "C"}), ("High", {"A": "C", "B": "C"}), ("Mid", {"A": "B"})]
    assert sentence(panels) == ["Hidden: A and B lie under C (Low; High), A lies under B (Mid)."]
    assert sentence([("Low", {})]) == []
