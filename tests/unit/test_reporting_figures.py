"""Difference densities: the samples, degenerate ones, and files that are the same bytes twice."""

import matplotlib.image
import numpy as np
import pytest

from regression_unlearning.errors import UserError
from regression_unlearning.files import write_npz
from regression_unlearning.reporting.densities import density, draw_panels
from regression_unlearning.reporting.differences import Panel, panel


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
    assert sorted(found.samples["Ours"]) == [-1.0, -1.0, 0.0, 0.0, 0.0, 0.5]
    assert sorted(found.floor) == [-0.5] * 3 + [0.5] * 3
    assert found.left_out == 0


def test_relative_differences_leave_out_labels_of_zero(observed):
    gold, ours = observed
    found = panel("f", {"Ours": ours}, gold, relative=True)
    assert sorted(found.samples["Ours"]) == [0.0, 0.0, 0.25, 0.5]
    assert sorted(found.floor) == [0.125, 0.125, 0.25, 0.25]
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
    with pytest.raises(UserError, match="cannot read"):
        panel("f", {"Ours": {0: tmp_path / "none.npz"}}, gold)


def test_density_is_one_in_total():
    grid = np.linspace(-8, 8, 2001)
    sample = np.random.default_rng(0).normal(size=500)
    assert np.trapezoid(density(sample, grid), grid) == pytest.approx(1, abs=1e-3)
    folded = np.linspace(0, 8, 2001)
    assert np.trapezoid(density(abs(sample), folded, relative=True), folded) == pytest.approx(
        1, abs=1e-3
    )
    assert density(np.full(9, 0.3), grid) is None and density(np.array([1.0]), grid) is None


def panels(count=2):
    draw = np.random.default_rng(4)
    return [
        Panel(
            f"set {number} with <odd> $igns",
            {"Original": draw.normal(-1, 1, 300), "Flat": np.zeros(10), "Empty": np.empty(0)},
            draw.normal(0, 0.3, 200) if number else np.empty(0),
        )
        for number in range(count)
    ]


@pytest.mark.parametrize("relative", [False, True])
def test_files_are_not_blank_and_the_same_bytes_twice(tmp_path, relative):
    for stem in ("one", "two"):
        draw_panels(panels(), tmp_path / stem, "Title", "years", "Demo data", relative)
    image = matplotlib.image.imread(tmp_path / "one.png")[..., :3]
    assert image.shape[1] > 700 and (image < 0.9).any(axis=2).mean() > 0.005
    assert len(np.unique(image.reshape(-1, 3), axis=0)) > 50
    for suffix in (".png", ".pdf"):
        one = (tmp_path / f"one{suffix}").read_bytes()
        assert one == (tmp_path / f"two{suffix}").read_bytes()
        assert b"CreationDate" not in one and b"Matplotlib" not in one
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "one.pdf",
        "one.png",
        "two.pdf",
        "two.png",
    ]


def test_nothing_but_one_value_does_not_crash(tmp_path):
    only = Panel("f", {"Same": np.zeros(5)}, np.zeros(5))
    draw_panels([only], tmp_path / "flat", "T", "hours")
    assert (tmp_path / "flat.png").stat().st_size > 1000


def test_a_figure_of_many_methods_is_higher(tmp_path):
    """Its legend takes no room from the panel, and a few methods leave the height as it is."""
    heights = []
    for methods in (1, 25):
        shown = Panel("f", {f"m{n}": np.arange(5.0) for n in range(methods)}, np.empty(0))
        draw_panels([shown], tmp_path / f"of_{methods}", "T", "hours")
        heights.append(matplotlib.image.imread(tmp_path / f"of_{methods}.png").shape[0])
    assert heights[0] == 660 < heights[1]  # 4.4 inches of 150 dots
