"""The parts into which a forget set divides a dataset, as row numbers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from regression_unlearning.files import read_npz


def held_out_split(parts: Mapping[str, Any]) -> str:
    """Name of the split that methods train against: held-out rows of the training rows' own kind.

    It is ``unseen_validation`` where the data have that split, else ``validation``. See
    `data.splits`.
    """
    return "unseen_validation" if "unseen_validation_retain" in parts else "validation"


def like_them(parts: Mapping[str, Tensor]) -> Tensor:
    """Held-out rows like the forgotten ones; all held-out rows where no row is like them.

    Rows that were forgotten at random or by their ids are like no held-out row, of validation or
    test.

    Parameters
    ----------
    parts : mapping of str to Tensor of int64
        Row numbers: see `data.forget_sets.select`.

    Returns
    -------
    Tensor of int64
        Row numbers of `held_out_split`.
    """
    split = held_out_split(parts)
    like = parts[f"{split}_forget"]
    known = len(like) or len(parts.get("test_forget", ()))
    return like if known else parts[f"{split}_retain"]


def like_them_now(parts: Mapping[str, Any], otherwise: Any) -> Any:
    """Held-out rows like those that a request adds to the rows forgotten before.

    Parameters
    ----------
    parts : mapping
        See `data.forget_sets.select`: parts after an earlier forget set.
    otherwise : array or Tensor
        Validation rows unlike the forgotten ones; returned where no row is like the request's and
        the data have no split ``unseen_validation``.

    Returns
    -------
    array or Tensor of int (m,)
        Row numbers.
    """
    split = held_out_split(parts)
    like = parts[f"{split}_forget_now"]
    return like if len(like) else parts.get("unseen_validation_retain", otherwise)


def load_parts(path: str | Path, device: str = "cpu") -> dict[str, Tensor]:
    """Read the parts into which a forget set divides a dataset, as row numbers on a device.

    Parameters
    ----------
    path : path
        The forget set's ``.npz``.
    device : str
        Where the row numbers go.

    Returns
    -------
    dict of str to Tensor of int64
        See `data.forget_sets.select`.

    Raises
    ------
    UserError
        When the file is missing or damaged.
    """
    parts = read_npz(path)
    return {
        name: torch.from_numpy(rows.astype(np.int64)).to(device) for name, rows in parts.items()
    }
