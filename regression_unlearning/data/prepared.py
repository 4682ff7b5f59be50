"""A prepared dataset: arrays on a device, beside a table of rows.

``arrays.safetensors`` holds ``target`` float32 (rows,), ``split`` uint8 (rows,: 0 train,
1 validation, 2 test, 3 unseen_validation, 4 unseen_test) and what the family of the dataset adds;
``rows.csv`` says which row is which, ``facts.json`` what tables tell of the data.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from regression_unlearning import registry, seals
from regression_unlearning.data import tensors
from regression_unlearning.data.checks import NUMBERED, check_raw, check_splits, checked
from regression_unlearning.data.overlaps import NEEDED, torn
from regression_unlearning.data.scaling import SAME, Scale, scale_of
from regression_unlearning.data.work import Work
from regression_unlearning.errors import UserError
from regression_unlearning.files import read_record, sha256, whole, write_record
from regression_unlearning.settings.embedding import Embedding
from regression_unlearning.settings.section import Section, validated
from regression_unlearning.settings.target_scale import TargetScale

if TYPE_CHECKING:
    import pandas as pd
    import torch

ARRAYS, ROWS, FACTS = "arrays.safetensors", "rows.csv", "facts.json"
#: Rows that are written at once.
BLOCK = 50_000


def prepare(
    raw: Path,
    folder: Path,
    loader: str,
    source: Section,
    embedding: Embedding | None,
    processes: int = 1,
) -> None:
    """Turn raw files into ``arrays.safetensors``, ``rows.csv`` and ``facts.json``, each whole.

    Parameters
    ----------
    raw, folder : Path
        Where the raw files are; where the prepared ones go.
    loader : str
        The dataset's loader.
    source : Section
        The loader's settings.
    embedding : Embedding
        The word vectors, for families that read some.
    processes : int
        Processes that may work at once.

    Raises
    ------
    UserError
        When a raw file holds something wrong: named by file, row and value.
    """
    family = registry.family_of(loader)
    check_raw(raw)
    work = Work(folder, processes)
    with registry.called("family", family):
        made = registry.part(family, "prepare").prepare(raw, source, embedding, work)
    rows, arrays = checked(made, family)
    check_splits(rows, raw)
    if people := torn(rows, raw):
        work.facts["torn"] = people
    arrays = {
        "target": rows["target"].to_numpy(np.float32),
        "split": rows["split"].map({name: n for n, name in enumerate(NUMBERED)}).to_numpy(np.uint8),
        **arrays,
    }
    about = {"family": family, "sha256": tensors.digest(arrays)}
    # the same text as of floats, a third faster
    as_objects = dict.fromkeys(rows.columns[rows.dtypes == np.float64], object)
    with whole(folder / ROWS) as part:
        with part.open("w", encoding="utf-8", newline="") as file:
            for start in range(0, len(rows), BLOCK):
                block = rows[start : start + BLOCK].astype(as_objects)
                block.to_csv(file, index=False, header=start == 0)
        digest = sha256(part)
    write_record(folder / FACTS, {**work.facts, "rows_sha256": digest})
    with whole(folder / ARRAYS) as part:
        tensors.write(part, arrays, {"prepared": json.dumps(about)})
    work.clear()


def read_rows(folder: Path, columns: Collection[str] | None = None) -> "pd.DataFrame":
    """Read the table of rows; every column but row and target as text.

    Parameters
    ----------
    folder : Path
        Where `prepare` has put it.
    columns : collection of str, optional
        The columns that are needed beside the dataset's own: text takes much memory. All are read
        where one of them is not there, so that a message can name those that are.

    Returns
    -------
    DataFrame
        ``row`` (int64), ``target`` (float64, in its own unit), and further columns as text.

    Raises
    ------
    UserError
        When it is missing, or not what was prepared.
    """
    import pandas as pd

    facts = read_record(folder / FACTS)
    seals.check_recorded(folder / ROWS, facts["rows_sha256"], folder / FACTS)
    some = None
    if columns is not None:
        known = pd.read_csv(folder / ROWS, dtype=str, nrows=0).columns
        if set(columns) <= set(known):
            some = known.intersection(["row", "id", "split", "target", *NEEDED, *columns])
    rows = pd.read_csv(folder / ROWS, dtype=str, keep_default_na=False, usecols=some)
    return rows.astype({"row": np.int64, "target": np.float64})


@dataclass(frozen=True)
class Prepared:
    """A prepared dataset on a device.

    Attributes
    ----------
    inputs : object
        Of the dataset's family; ``inputs.batch(rows)`` is what the network reads.
    target : Tensor (rows,)
        The targets as networks learn them: scaled.
    split : Tensor (rows,)
        0 train, 1 validation, 2 test, 3 unseen_validation, 4 unseen_test.
    sha256 : str
        Hash over all arrays.
    scale : Scale
        Of `target`, and of what networks put out.
    own_target : Tensor (rows,), optional
        The targets in their own unit, where `target` is scaled.
    """

    inputs: Any
    target: "torch.Tensor"
    split: "torch.Tensor"
    sha256: str = ""
    scale: Scale = SAME
    own_target: "torch.Tensor | None" = None

    @property
    def target_in_unit(self) -> "torch.Tensor":
        """The targets in their own unit, to the bit: Tensor (rows,)."""
        return self.target if self.own_target is None else self.own_target

    def batch(self, rows: "torch.Tensor", *, training: bool = False) -> Any:
        """The network's input for some rows.

        Parameters
        ----------
        rows : Tensor of int64 (n,)
            Row numbers.
        training : bool
            Whether to augment, where the family does so.

        Returns
        -------
        Tensor (n, ...), or a dict of Tensor (n, ...)
            See `data.family.Inputs.batch`.
        """
        return self.inputs.batch(rows, training=training)

    @property
    def augments(self) -> bool:
        """Whether the same row may look different each time it is read in training."""
        return self.inputs.augments

    @property
    def replayable(self) -> bool:
        """Whether batches are made on the device alone, by the same work for any rows."""
        return getattr(self.inputs, "replayable", False)

    def rows_of(self, split: str) -> "torch.Tensor":
        """Row numbers of a split."""
        return (self.split == NUMBERED.index(split)).nonzero()[:, 0]


def load_prepared(
    folder: str | Path,
    family: str,
    device: str = "cpu",
    reading: Mapping[str, Any] | None = None,
    target_scale: TargetScale = "none",
) -> Prepared:
    """Load a prepared dataset onto a device.

    Parameters
    ----------
    folder : path
        Where `prepare` has put it.
    family : str
        The dataset's family, such as ``"sentence_pairs"``.
    device : str
        Where the arrays go.
    reading : mapping, optional
        How mini-batches are made: the family's `Reading`.
    target_scale : TargetScale
        How targets are scaled for networks.

    Returns
    -------
    Prepared
        Inputs and targets, on the device.

    Raises
    ------
    UserError
        When the folder holds no prepared dataset, a broken one, or one of another family; when its
        targets cannot be scaled.
    """
    path = Path(folder) / ARRAYS
    if not path.is_file():
        raise UserError(f"{path} does not exist: prepare the dataset first.")
    arrays, found, digest = tensors.read(path)
    if found != family:
        raise UserError(f"{path} holds {found}, not {family}; prepare the dataset again.")
    target, split = arrays.pop("target"), arrays.pop("split")
    scale = scale_of(target_scale, target.numpy(), split.numpy() == NUMBERED.index("train"))
    scaled = scale.applied(target).to(device)
    own = None if scale == SAME else target.to(device)
    module = registry.part(family, "batch")
    chosen = validated(module.Reading, reading or {}, "reading")
    with registry.called("family", family):
        inputs = module.Inputs(arrays, chosen, device)
    return Prepared(inputs, scaled, split.to(device), digest, scale, own)
