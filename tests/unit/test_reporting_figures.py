"""Difference densities: the samples, degenerate ones, bands, and what is hidden or cut is said."""

import numpy as np
import pytest
from drawn_figures import page
from matplotlib.collections import FillBetweenPolyCollection

from regression_unlearning.errors import UserError
from regression_unlearning.files import write_npz
from regression_unlearning.reporting.densities import draw_panels
from regression_unlearning.reporting.density_panel import DensityPanel
from regression_unlearning.reporting.differences import Panel, panel
from regression_unlearning.reporting.smoothing import Densities, densities


def save(path, ids, target, prediction):
    arrays = {
        "row_id": np.array(ids),
        "target": np.float32(target),
        "prediction": np.float32(prediction),
    }
    write_npz(path, {f"forget/{name}": array for name, array in arrays.items()})
    return path


@pytest.fixture
def observed(tmp_path):
    """Two seeds of a retrained model and of one method whose rows stand in another order."""
    gold = {
        0: save(tmp_path / "g0.npz", [7, 8, 9], [0, 2, 4], [1.0, 2.0, 3.0]),
        1: save(tmp_path / "g1.npz", [9, 8, 7], [4, 2, 0], [3.5, 2.5, 1.5]),
    }
    ours = {
        0: save(tmp_path / "u0.npz", [9, 7, 8], [4, 0, 2], [3.0, 1.5, 1.0]),
        1: save(tmp_path / "u1.npz", [7, 8, 9], [0, 2, 4], [1.5, 2.5, 2.5]),
        5: save(tmp_path / "u5.npz", [7, 8, 9], [0, 2, 4], [9.0, 9.0, 9.0]),
    }
    return gold, ours


def test_same_seed_and_same_row_are_compared(observed):
    gold, ours = observed
    found = panel("f", {"Ours": ours}, gold)
    assert [sorted(seed) for seed in found.samples["Ours"]] == [[-1, 0, 0.5], [-1, 0, 0]]
    assert [list(one) for one in found.floor] == [[-0.5] * 3, [0.5] * 3]
    assert found.left_out == 0


def test_relative_differences_leave_out_labels_of_zero(observed):
    gold, ours = observed
    found = panel("f", {"Ours": ours}, gold, relative=True)
    assert [sorted(seed) for seed in found.samples["Ours"]] == [[0, 0.5], [0, 0.25]]
    assert [sorted(one) for one in found.floor] == [[0.125, 0.25], [0.125, 0.25]]
    assert found.left_out == 2


def test_one_seed_has_no_floor(observed):
    gold, ours = observed
    assert len(panel("f", {"Ours": ours}, {0: gold[0]}).floor) == 0


def test_what_cannot_be_compared_is_named(observed, tmp_path):
    gold, ours = observed
    with pytest.raises(UserError, match="no seed in common"):
        panel("f", {"Ours": {5: ours[5]}}, gold)
    other = save(tmp_path / "x.npz", [1, 2, 3], [0, 0, 0], [0, 0, 0])
    with pytest.raises(UserError, match="same forget rows"):
        panel("f", {"Ours": {0: other}}, gold)
    with pytest.raises(UserError, match="does not exist"):
        panel("f", {"Ours": {0: tmp_path / "none.npz"}}, gold)


NAMES = {"original": "Original", "flat": "Flat", "empty": "Empty", "ours": "Ours"}


def panels(count=2, seeds=3):
    draw = np.random.default_rng(4)
    return [
        Panel(
            f"set {number} with <odd> $igns",
            {
                "original": [draw.normal(-1, 1, 300) for _ in range(seeds)],
                "flat": [np.zeros(10)] * seeds,
                "empty": [np.empty(0)],
            },
            [draw.normal(0, 0.3, 200) for _ in range(seeds)] if number else [],
        )
        for number in range(count)
    ]


def drawn(tmp_path, shown, *rest, names=NAMES):
    with page() as found:
        draw_panels(shown, names, tmp_path / "f", "Title", "years", *rest)
    return found


def collections(found, kind):
    return [one for axis in found.axes for one in axis.collections if isinstance(one, kind)]


@pytest.mark.parametrize("relative", [False, True])
def test_odd_titles_no_rows_and_single_values_are_drawn(tmp_path, relative):
    found = drawn(tmp_path, panels(), "Demo $x$ data", relative)
    assert "Flat" in found.words and "Empty" not in found.words
    assert "set 1 with <odd> $igns" in found.words
    assert "Demo $x$ data; one retrained seed: no floor" in found.words


def test_a_warning_counts_rows_without_a_label(tmp_path):
    shown = Panel("f", {"ours": [np.arange(3.0)]}, [np.zeros(2)], left_out=4)
    words = drawn(tmp_path, [shown], "", True).words.replace("\n", " ")
    assert "4 predictions left out: their label is 0" in words


def test_a_band_reaches_from_the_lowest_seed_to_the_highest(tmp_path):
    (shown,) = panels(1)
    found = drawn(tmp_path, [shown])
    assert "bands: lowest to highest seed" in found.words
    (band,) = collections(found, FillBetweenPolyCollection)  # not of the flat one
    grid = band.get_paths()[0].vertices
    curves = densities(shown.samples["original"], np.unique(grid[:, 0])).seeds
    assert grid[:, 1].max() == pytest.approx(curves.max())
    middle = np.median(np.unique(grid[:, 0]))
    ends = grid[np.isclose(grid[:, 0], grid[np.abs(grid[:, 0] - middle).argmin(), 0]), 1]
    at = np.abs(np.unique(grid[:, 0]) - middle).argmin()
    assert (ends.min(), ends.max()) == pytest.approx((curves[:, at].min(), curves[:, at].max()))


def test_of_many_seeds_a_band_is_the_middle_80_percent():
    rows = np.arange(12.0)[:, None] * np.ones((12, 3))
    assert Densities(rows[0], rows).band[:, 0].tolist() == pytest.approx([1.1, 9.9])
    assert Densities(rows[0], rows[:9]).band[:, 0].tolist() == [0.0, 8.0]


def test_one_seed_has_no_band_and_it_is_said(tmp_path):
    found = drawn(tmp_path, panels(1, seeds=1))
    assert "One training seed: no bands." in found.words
    assert not collections(found, FillBetweenPolyCollection)
    some = Panel("f", {"ours": [np.arange(5.0)] * 2, "original": [np.arange(4.0)]}, [])
    words = drawn(tmp_path, [some]).words.replace("\n", " ")
    assert "One seed, hence no band: Original." in words


def test_labels_near_zero_do_not_stretch_the_axis_of_relative_differences():
    """A tenth of the rows lies fifty times as far away as the others."""
    sample = np.r_[np.linspace(0, 1, 90), np.full(10, 50.0)]
    shown = DensityPanel.of(Panel("Low", {"ours": [sample]}, []), {"ours": "Ours"}, relative=True)
    assert shown.grid[0] == 0
    assert shown.grid[-1] == pytest.approx(1.08 * 4 * np.quantile(sample, 0.75), rel=1e-12)
    assert shown.beyond() == "10 of 100 (Low; most: Ours, 10; farthest: 50)"


@pytest.mark.parametrize("relative", [False, True])
def test_what_lies_beyond_the_axis_is_counted(tmp_path, relative):
    draw = np.random.default_rng(1)
    heavy = [draw.standard_t(2, 4000) for _ in range(2)]
    heavy = [abs(one) for one in heavy] if relative else heavy
    shown = Panel("Low", {"ours": heavy, "original": [np.full(9, 0.1), np.full(9, 0.2)]}, [])
    found = drawn(tmp_path, [shown], "", relative)
    (axis,) = {axis for axis in found.axes if axis.get_xlim() != (0, 1)}
    low, high = axis.get_xlim()
    every = np.concatenate(heavy)
    out = every[(every < low) | (every > high)]
    assert len(out) > 20
    farthest = f"{out[abs(out).argmax()]:.3g}".replace("-", "−")
    said = (
        f"Differences beyond the axes: {len(out)} of 8,018 (Low; most: Ours, {len(out)}; "
        f"farthest: {farthest})."
    )
    assert said in found.words.replace("\n", " ")


def test_a_hidden_curve_is_named_and_has_markers_of_its_own(tmp_path):
    draw = np.random.default_rng(1)
    original = [draw.normal(0, 1, 500) for _ in range(2)]
    same = [one + 0.001 for one in original]
    other = [one + 2 for one in original]
    names = {"original": "Original", "sure": "SURE", "ssd": "SSD"}
    shown = Panel("Low", {"original": original, "sure": same, "ssd": other}, [])
    found = drawn(tmp_path, [shown], names=names)
    assert "Hidden: Original lies under SURE (Low)." in found.words
    marked = [
        set(line.get_markevery())
        for axis in found.axes for line in axis.get_lines() if line.get_label() in names.values()
    ]  # fmt: skip
    assert len(marked) == 3 and all(marked) and not marked[0] & marked[1]


def test_nothing_but_one_value_does_not_crash(tmp_path):
    only = Panel("f", {"ours": [np.zeros(5)]}, [np.zeros(5)])
    draw_panels([only], NAMES, tmp_path / "flat", "T", "hours")
    assert (tmp_path / "flat.png").stat().st_size > 1000


def test_many_methods_are_divided_among_rows(tmp_path):
    """At most six share a panel, the original and the floor stand in each, all axes are alike."""
    names = {"original": "Original"} | {f"m{n}": f"M{n}" for n in range(13)}
    draw = np.random.default_rng(1)
    samples = {key: [draw.normal(0, n + 1, 50)] for n, key in enumerate(names)}
    found = drawn(tmp_path, [Panel("f", samples, [draw.normal(0, 1, 50)] * 2)], names=names)
    shown = [[line.get_label() for line in axis.get_lines()] for axis in found.axes]
    shown = [[name for name in labels if name[0] != "_"] for labels in shown if len(labels) > 1]
    assert [len(labels) for labels in shown] == [7, 7, 5]
    assert all(labels[0] == "Original" and "floor" in labels[-1] for labels in shown)
    assert len({(*axis.get_xlim(), *axis.get_ylim()) for axis in found.axes}) == 1
