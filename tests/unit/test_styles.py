"""One look a model in all figures: by its key, never by what stands beside it."""

import itertools
import os
import subprocess
import sys

import numpy as np
import pytest
from drawn_figures import page
from made_figures import LABELS, draw

from regression_unlearning import registry
from regression_unlearning.reporting.styles import COLOURS, METHODS, OTHERS, REFERENCES, style

#: Machado, Oliveira, Fernandes (2009), severity 1: what linear red, green and blue become.
VISIONS = {
    "normal": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
) / np.array([[0.9505], [1], [1.089]])


def linear(color):
    values = np.array([int(color[n : n + 2], 16) for n in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(values):
    """CIE 1976 L*a*b* of linear red, green and blue."""
    ratio = XYZ @ np.clip(values, 0, 1)
    root = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * 841 / 108 + 4 / 29)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


@pytest.mark.parametrize("vision", VISIONS)
def test_colours_are_told_apart_with_any_vision(vision):
    """Ten times the difference that can just be seen (2.3, CIE 1976) would be 23; 15 is asked."""
    seen = [lab(VISIONS[vision] @ linear(color)) for color in COLOURS]
    away = [np.linalg.norm(one - other) for one, other in itertools.combinations(seen, 2)]
    assert min(away) > 15


def test_colours_stand_out_from_paper():
    """Contrast with white (WCAG 2.2): lines of 1.2 points on white."""
    assert all(1.05 / (XYZ[1] @ linear(color) + 0.05) > 2 for color in COLOURS)


def test_every_label_differs_from_all_others_in_grey_too():
    keys = [*LABELS, *REFERENCES]
    looks = {(s.dashes, s.marker, s.hollow) for s in map(style, dict.fromkeys(keys))}
    assert len(looks) == len(set(keys))


def test_a_look_is_laid_down_for_methods_that_there_are():
    assert set(METHODS) <= set(registry.known("method"))


@pytest.mark.parametrize("key", [key for key in LABELS if key not in {*METHODS, *REFERENCES}])
def test_a_variant_keeps_its_method_s_colour(key):
    base = style(key.rsplit("_lambda", 1)[0].removesuffix("_tuned").removesuffix("_faster")
                 .removesuffix("_norm").removesuffix("_released"))  # fmt: skip
    assert base in METHODS.values()
    own = style(key)
    assert (own.color, own.marker) == (base.color, base.marker)
    assert own.dashes != base.dashes and own.hollow and not base.hollow


def test_references_are_neutral_and_methods_are_not():
    for key in ("original", "retrained", "short_retraining", "helper_alone"):
        red, green, blue = (style(key).color[n : n + 2] for n in (1, 3, 5))
        assert red == green == blue
    assert not {style(key).color for key in METHODS} & {one.color for one in REFERENCES.values()}


def test_a_plug_in_looks_like_no_method_of_the_project():
    for number in range(300):
        found = style(f"mine{number}")
        assert found.dashes in OTHERS and found not in METHODS.values()
        assert style(f"mine{number}_tuned").color == found.color
    looks = {style(f"mine{number}") for number in range(300)}
    assert len(looks) > 150  # of 320


def test_a_plug_in_looks_the_same_in_every_process():
    code = "from regression_unlearning.reporting.styles import style; print(style('theirs'))"
    said = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert said == {f"{style('theirs')}\n"}


@pytest.mark.parametrize("kind", ["relative_densities", "difference_densities", "requests"])
def test_two_figures_with_other_neighbours_draw_a_method_alike(kind, tmp_path):
    found = []
    for keys in (["finetune", "blindspot"], ["blindspot", "sure", "scrub"]):
        (tmp_path / keys[0]).mkdir()
        with page() as drawn:
            draw(kind, tmp_path / keys[0] / "f", keys, 1, 2)
        found.append(drawn.lines())
    shared = set(found[0]) & set(found[1])
    assert {"Original", "Blindspot"} < shared
    assert {name: found[0][name] for name in shared} == {name: found[1][name] for name in shared}


def test_the_picture_of_many_methods_draws_them_alike_too(tmp_path):
    with page() as drawn:
        draw("closeness_and_cost", tmp_path / "f", list(LABELS)[:12], 1, 2)
    looks = {
        (line.get_color(), line.get_marker())
        for axis in drawn.axes for line in axis.get_lines()
        if line.get_marker() not in (None, "None", "")
    }  # fmt: skip
    assert {(style(key).color, style(key).marker) for key in list(LABELS)[3:11]} <= looks
