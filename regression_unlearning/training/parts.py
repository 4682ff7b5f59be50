"""The parts into which a forget set divides a dataset, as row numbers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from regression_unlearning.files import read_npz


def held_out_split(parts: Mapping[str, Any]) -> str:
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


def like_them_now(parts: Mapping[str, Any], otherwise: Any) -> Any:
    """Held-out rows like those that a request adds to what is forgotten.

    Parameters
    ----------
    parts : mapping
        See `data.forget_sets.select`: parts after an earlier forget set.
    otherwise : array or Tensor
        Validation rows unlike the forgotten ones: they are taken where nothing is like the request
        and the data have no rows of the split ``unseen_validation``.
    """
    split = held_out_split(parts)
    like = parts[f"{split}_forget_now"]
    return like if len(like) else parts.get("unseen_validation_retain", otherwise)


def load_parts(path: str | Path, device: str = "cpu") -> dict[str, Tensor]:
    """Read the parts into which a forget set divides a dataset, as row numbers on a device."""
    parts = read_npz(path)
    return {
        name: torch.from_numpy(rows.astype(np.int64)).to(device) for name, rows in parts.items()
    }
