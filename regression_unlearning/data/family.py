"""What a family is: a package of two modules, `prepare` and `batch`, that know one kind of data.

A package of `data.families`, or one that another package names in the entry-point group
``regression_unlearning.families``, is a family when it holds both. ``prepare`` runs once, without a
network library; ``batch`` is imported by every job that runs a network, and imports torch where it
uses it. Neither imports the other: what an edit of one changes reruns no job of the other. The
package itself may have ``DEFAULTS``: ``model``, ``loss`` and ``training`` of datasets that do not
say them, and ``unlearning``, the options that a method has no default of.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from regression_unlearning.data.work import Streamed, Work
from regression_unlearning.settings.embedding import Embedding
from regression_unlearning.settings.section import Section

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import torch


class Prepare(Protocol):
    """The parts of a family's module ``prepare``.

    It may also have ``PROCESSES``, the most processes that it puts to use (1 if it does not say),
    and ``WORD_VECTORS = True`` where it reads word vectors. Facts about the data for tables go
    into ``work.facts``: see `reporting.results.data_notes`.
    """

    def prepare(
        self, raw: Path, source: Section, embedding: Embedding | None, work: Work | None = None
    ) -> "tuple[pd.DataFrame, Mapping[str, np.ndarray | Streamed]]":
        """Turn raw files into rows and arrays; the same files, the same bits.

        Parameters
        ----------
        raw : Path
            The dataset's raw folder.
        source : Section
            The settings of its source.
        embedding : Embedding or None
            The word vectors, where the family reads some.
        work : Work, optional
            A folder for lists and unfinished work, and the number of processes.

        Returns
        -------
        rows : DataFrame
            A row an example: ``row`` (0, 1, ...), ``id`` (text, no two alike), ``split`` (train,
            validation or test, each of which holds some; or another of `data.splits`), ``target``
            (in the dataset's unit), and any columns to choose forget sets by.
        arrays : mapping
            What `Inputs` is made of, by name; not ``target`` and ``split``, which are added.

        Raises
        ------
        UserError
            For a raw file that is wrong: file, row, value.
        """


class Inputs(Protocol):
    """Every row of a prepared dataset on a device; a network asks it for its sizes.

    ``Inputs(arrays, reading, device)`` makes one, from Tensors by name, a `Reading` and a device.
    It may have an attribute ``replayable``, True where `batch` does the same work on the device for
    any rows of a number, and nothing on the host: see `training.fit.fit`.

    Attributes
    ----------
    augments : bool
        Whether a row may look different each time that it is read in training.
    device : device
        Where batches are.
    """

    augments: bool
    device: "torch.device"

    def batch(self, rows: "torch.Tensor", *, training: bool = False) -> Any:
        """What a network reads of some rows.

        Parameters
        ----------
        rows : Tensor of int64 (n,)
            Row numbers.
        training : bool
            Whether to augment, by torch's global generator.

        Returns
        -------
        Tensor (n, ...), or a dict of Tensor (n, ...)
            On `device`.
        """


class Batch(Protocol):
    """The parts of a family's module ``batch``.

    Attributes
    ----------
    Reading : type
        A dataset's keys under ``reading`` in params.yaml; all have defaults.
    Inputs : type
        See `Inputs`.
    """

    Reading: type[Section]
    Inputs: type[Inputs]
