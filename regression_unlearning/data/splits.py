"""The splits of a dataset, and how rows are divided where nobody has done so.

``train``, ``validation``, ``test``
    Every dataset has them. Errors are those of validation and test rows.
``unseen_validation``, ``unseen_test``
    Where test rows differ from training rows by more than that nobody trained on them (hours of
    load come later), a family may hold out rows of the training rows' own kind. No training reads
    what they hold; methods that need held-out rows train against the first, attacks and probes take
    the second.
"""

from typing import Annotated

import numpy as np
from pydantic import Field

from regression_unlearning.settings.section import Section, Seed

SPLITS = ("train", "validation", "test")
UNSEEN = ("unseen_validation", "unseen_test")
#: How people spell the three parts.
SPELT = {
    "train": "train", "training": "train", "validation": "validation", "val": "validation",
    "valid": "validation", "dev": "validation", "test": "test", "testing": "test",
}  # fmt: skip
#: Why rows that were held out make no forget set.
UNTRAINED = "the model was not trained on them, and there is nothing to forget"


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
