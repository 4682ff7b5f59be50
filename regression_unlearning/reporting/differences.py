"""How far predictions on the forget set lie from the retrained model's, row by row."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd

from regression_unlearning.errors import UserError
from regression_unlearning.files import read_npz


@dataclass(frozen=True)
class Panel:
    """The samples of one panel of a figure.

    Parameters
    ----------
    title : str
        The forget set.
    samples : mapping of str to array [n]
        Title of each method to its differences, all seeds together.
    floor : array [n]
        Differences between retrained models of different seeds; empty with one seed.
    left_out : int
        Rows without a relative difference, because their label is 0.
    """

    title: str
    samples: Mapping[str, np.ndarray]
    floor: np.ndarray
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
        Title of each method to its observations: training seed to ``.npz`` file.
    retrained : mapping of int to path
        The retrained model's observations by training seed.
    relative : bool, optional
        Absolute differences divided by the absolute label (paper, Figures 2 and 3) instead of plain
        ones (Figures 4 and 5).

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
        samples[name] = pd.concat(
            [_difference(forget_rows(paths[s]), gold[s], relative, paths[s]) for s in seeds]
        )
    floor = [
        _difference(gold[one], gold[other], relative, retrained[one])
        for one, other in permutations(sorted(gold), 2)
    ]
    left_out = sum(int((frame["target"] == 0).sum()) for frame in gold.values()) if relative else 0
    return Panel(
        title,
        {name: found.dropna().to_numpy() for name, found in samples.items()},
        pd.concat(floor).dropna().to_numpy() if floor else np.empty(0),
        left_out,
    )


def forget_rows(path: str | Path) -> pd.DataFrame:
    """Read the forget rows of one model's observations: `row_id`, `target`, `prediction`."""
    names = [f"forget/{name}" for name in ("row_id", "target", "prediction")]
    return pd.DataFrame(read_npz(path, names)).rename(columns=lambda name: name.split("/")[1])


def _difference(ours: pd.DataFrame, gold: pd.DataFrame, relative: bool, path: Path) -> pd.Series:
    """Ours minus gold on the same rows; relative: its absolute value over that of the label."""
    ours, gold = ours.set_index("row_id"), gold.set_index("row_id")
    same = len(ours) == len(gold) and ours.index.is_unique and ours.index.isin(gold.index).all()
    if not same:
        raise UserError(f"{path} and the retrained model do not hold the same forget rows.")
    away = ours["prediction"].astype(float) - gold["prediction"].astype(float)
    if not relative:
        return away
    label = gold["target"].astype(float).abs().reindex(away.index)
    return away.abs() / label.where(label > 0)
