"""Curves that are hidden under other curves of a figure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

#: Distance between the positions at which two curves are compared, in points.
STEP = 0.25


def hidden(curves: Mapping[str, np.ndarray], near: float) -> dict[str, str]:
    """Find curves that lie under one drawn after them.

    Parameters
    ----------
    curves : mapping of str to array (n, 2)
        Corners of each curve in points, in the order of drawing.
    near : float
        Largest distance, in points, between a hidden curve and the one above it.

    Returns
    -------
    dict
        Name of each hidden curve to the last drawn one that hides it.
    """
    from scipy.spatial import KDTree

    dense = {name: _dense(corners) for name, corners in curves.items() if len(corners)}
    trees = {name: KDTree(points) for name, points in dense.items()}
    names = list(dense)
    result = {}
    for number, name in enumerate(names):
        for other in reversed(names[number + 1 :]):
            away, _ = trees[other].query(dense[name], distance_upper_bound=near)
            if np.isfinite(away).all():
                result[name] = other
                break
    return result


def sentence(panels: Sequence[tuple[str, Mapping[str, str]]]) -> list[str]:
    """One sentence about all hidden curves of a figure; none if there are none.

    Parameters
    ----------
    panels : sequence of (str, mapping)
        Each panel's title, and the result of `hidden`.
    """
    by_phrase: dict[str, list[str]] = defaultdict(list)
    for title, under in panels:
        groups = defaultdict(list)
        for name, other in under.items():
            groups[other].append(name)
        for other, below in groups.items():
            verb = "lies" if len(below) == 1 else "lie"
            by_phrase[f"{listed(below)} {verb} under {other}"].append(title)
    phrases = [f"{phrase} ({'; '.join(where)})" for phrase, where in by_phrase.items()]
    return [f"Hidden: {', '.join(phrases)}."] if phrases else []


def listed(names: Sequence[str]) -> str:
    """Names as a list in a sentence: "A, B and C"."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _dense(corners: np.ndarray) -> np.ndarray:
    """Points along a curve, at most `STEP` apart: array (m, 2)."""
    along = np.r_[0.0, np.cumsum(np.hypot(*np.diff(corners, axis=0).T))]
    at = np.linspace(0, along[-1], 2 + int(along[-1] / STEP))
    return np.stack([np.interp(at, along, axis) for axis in corners.T], axis=1)
