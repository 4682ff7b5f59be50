"""What preparing a dataset uses beside its raw files; arrays too large for the memory."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Work:
    """Where a family may leave work, and how many processes may share it.

    Attributes
    ----------
    folder : Path
        The prepared dataset's folder: lists for a person to read go there.
    processes : int
        Processes that may decode at once.
    facts : dict
        JSON values about the data that tables, figures and the report tell; a family adds its own.
    """

    folder: Path
    processes: int = 1
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def unfinished(self) -> Path:
        """A folder whose files wait for the next run, and are removed once the dataset is whole."""
        return self.folder / ".unfinished"

    def clear(self) -> None:
        """Remove the unfinished work."""
        shutil.rmtree(self.unfinished, ignore_errors=True)


@dataclass(frozen=True)
class Streamed:
    """An array that is read block by block, always in the same order.

    Attributes
    ----------
    dtype : dtype
        Type of the numbers.
    shape : tuple of int
        Shape of the whole.
    read : callable
        Gives the blocks: arrays that follow each other along the first axis.
    """

    dtype: np.dtype
    shape: tuple[int, ...]
    read: Callable[[], Iterator[np.ndarray]]


def blocks(array: np.ndarray | Streamed) -> Iterator[np.ndarray]:
    """The array's contiguous blocks, in order.

    Parameters
    ----------
    array : array or Streamed
        An array is a single block.

    Yields
    ------
    array
        The blocks follow each other along the first axis.
    """
    if isinstance(array, Streamed):
        yield from map(np.ascontiguousarray, array.read())
    else:
        yield np.ascontiguousarray(array)
