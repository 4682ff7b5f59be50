"""The parts into which a forget set divides a dataset, as row numbers."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from regression_unlearning.files import read_npz


def held_out_split(parts: Mapping[str, object]) -> str:
    """The split that methods train against: never-seen rows of the training rows' own kind.

    Those that the family has held out, where it has; else the validation rows. See `data.splits`.
    """
    return "unseen_validation" if "unseen_validation_retain" in parts else "validation"


def like_them(parts: Mapping[str, Tensor]) -> Tensor:
    """Held-out rows like the forgotten ones; all of them where the choice knows no likeness.

    Random rows and rows by their ids are like no held-out row, validation or test.
    """
    split = held_out_split(parts)
    like = parts[f"{split}_forget"]
    known = len(like) or len(parts.get("test_forget", ()))
    return like if known else parts[f"{split}_retain"]


def load_parts(path: str | Path, device: str = "cpu") -> dict[str, Tensor]:
    """Read the parts into which a forget set divides a dataset, as row numbers on a device."""
    parts = read_npz(path)
    return {
        name: torch.from_numpy(rows.astype(np.int64)).to(device) for name, rows in parts.items()
    }
