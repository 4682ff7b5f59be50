"""Divide rows into train, validation and test where nobody has done so."""

from typing import Annotated

import numpy as np
from pydantic import Field

from regression_unlearning.settings.section import Section, Seed


class Split(Section):
    """The shares of validation and test rows, drawn by a seed; the others are for training."""

    validation: Annotated[float, Field(gt=0, lt=0.5)] = 0.13
    test: Annotated[float, Field(gt=0, lt=0.5)] = 0.13
    seed: Seed = 0


def drawn(rows: int, split: Split) -> np.ndarray:
    """The part of each row: ``"train"``, ``"validation"`` or ``"test"``."""
    order = np.random.default_rng(split.seed).permutation(rows)
    parts = np.full(rows, "train", dtype=object)
    held = round(rows * split.validation)
    parts[order[:held]] = "validation"
    parts[order[held : held + round(rows * split.test)]] = "test"
    return parts
