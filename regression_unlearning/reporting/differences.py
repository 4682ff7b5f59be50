"""Row-wise differences from the retrained model's predictions on the forget set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from regression_unlearning.errors import UserError
from regression_unlearning.files import read_npz

Rows = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Panel:
    """The samples of one panel of a figure.

    Parameters
    ----------
    title : str
        The forget set.
    samples : mapping of str to sequence of array [n]
        Key of each method to its differences, an array for each training seed.
    floor : sequence of array [n]
        For each retrained model, its differences from all others; empty with one seed.
    left_out : int
        Number of rows without a relative difference, because their label is 0.
    """

    title: str
    samples: Mapping[str, Sequence[np.ndarray]]
    floor: Sequence[np.ndarray]
    left_out: int = 0


def panel(
    title: str,
    methods: Mapping[str, Mapping[int, Path]],
    retrained: Mapping[int, Path],
    relative: bool = False,
) -> Panel:
    """Compare each method with the retrained model of the same seed.

    Parameters
    ----------
    title : str
        The forget set's title.
    methods : mapping of str to mapping of int to path
        Key of each method to its observations: training seed to ``.npz`` file.
    retrained : mapping of int to path
        The retrained model's observations by training seed.
    relative : bool, optional
        Whether to take absolute differences over the absolute label (paper, Figures 2 and 3)
        instead of plain ones, in the target's unit (Figures 4 and 5).

    Raises
    ------
    UserError
        When a method shares no seed with the retrained model, or two files differ in their rows.
    """
    gold = {seed: forget_rows(path) for seed, path in retrained.items()}
    samples = {}
    for name, paths in methods.items():
        seeds = sorted(set(paths) & set(gold))
        if not seeds:
            raise UserError(f"{title}: {name} and the retrained model have no seed in common.")
        samples[name] = [
            _difference(forget_rows(paths[s]), gold[s], relative, paths[s]) for s in seeds
        ]
    pairs = [
        [
            _difference(gold[seed], gold[other], relative, retrained[seed])
            for other in sorted(gold)
            if other != seed
        ]
        for seed in sorted(gold)
    ]
    floor = [np.concatenate(others) for others in pairs if others]
    left_out = sum(int((rows["target"] == 0).sum()) for rows in gold.values()) if relative else 0
    return Panel(title, samples, floor, left_out)


def forget_rows(path: str | Path) -> dict[str, np.ndarray]:
    """Read the forget rows of one observed model, ordered by row number.

    Parameters
    ----------
    path : path
        An ``.npz`` file: see `evaluation.observations`.

    Returns
    -------
    dict of str to array (n,)
        ``row_id``, ``target`` and ``prediction``.

    Raises
    ------
    UserError
        When the file is missing or broken.
    """
    names = ("row_id", "target", "prediction")
    arrays = read_npz(path, [f"forget/{name}" for name in names])
    order = np.argsort(arrays["forget/row_id"])
    return {name: arrays[f"forget/{name}"][order] for name in names}


def _difference(ours: Rows, gold: Rows, relative: bool, path: Path) -> np.ndarray:
    """Prediction minus gold's; if relative, its absolute value over the absolute label."""
    if not np.array_equal(ours["row_id"], gold["row_id"]):
        raise UserError(f"{path} and the retrained model do not hold the same forget rows.")
    away = ours["prediction"].astype(float) - gold["prediction"].astype(float)
    if not relative:
        return away
    label = np.abs(gold["target"].astype(float))
    return np.abs(away[label > 0]) / label[label > 0]
