"""Check what preparing reads and makes: raw files, what a family returns, the splits."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from regression_unlearning import seals
from regression_unlearning.data import tensors
from regression_unlearning.data.splits import SPLITS, UNSEEN
from regression_unlearning.errors import UserError, unknown
from regression_unlearning.files import read_record

if TYPE_CHECKING:
    import pandas as pd

#: The splits in the order of their numbers.
NUMBERED = (*SPLITS, *UNSEEN)


def check_raw(raw: Path) -> None:
    """Check raw files against the hashes in their manifest, if this project wrote it.

    Parameters
    ----------
    raw : Path
        The dataset's raw folder. Without a sealed ``manifest.json`` in it nothing is checked.

    Raises
    ------
    UserError
        When a listed file is missing or has another SHA-256, or when the manifest was changed.
    """
    manifest = raw / "manifest.json"
    if seals.sealed(manifest):
        for name, entry in read_record(manifest).get("files", {}).items():
            try:
                seals.check_recorded(raw / name, entry["sha256"], manifest)
            except UserError as error:  # the manifest is what makes it be fetched again
                both = str(error).replace("Delete it", f"Delete it and {manifest}")
                raise UserError(both) from None


def checked(made: Any, family: str) -> "tuple[pd.DataFrame, Mapping[str, Any]]":
    """Return what a family's ``prepare`` returned, after checking it against the protocol.

    Raises
    ------
    UserError
        In one line that names the family.
    """
    import pandas as pd

    prefix = f"family {family!r}: prepare handed back"
    match made:
        case (pd.DataFrame() as rows, Mapping() as arrays):
            pass
        case _:
            raise UserError(f"{prefix} {type(made).__name__}, not rows and arrays.")
    if missing := [one for one in ("row", "id", "split", "target") if one not in rows]:
        raise UserError(f"{prefix} rows without the column {missing[0]!r}.")
    if foreign := sorted(map(str, set(rows["split"].unique()) - set(NUMBERED))):
        raise unknown("split", foreign[0], NUMBERED, prefix)
    if not np.array_equal(rows["row"], np.arange(len(rows))):
        raise UserError(f"{prefix} rows whose numbers are not 0, 1, ... in their order.")
    if not np.isfinite(rows["target"].to_numpy(np.float64)).all():
        raise UserError(f"{prefix} a target that is no finite number.")
    if rows["id"].duplicated().any():
        twice = rows["id"][rows["id"].duplicated()].iloc[0]
        raise UserError(f"{prefix} the id {twice!r} twice.")
    for name, one in arrays.items():
        if name in ("target", "split") or np.dtype(one.dtype).name not in tensors.TYPES:
            raise UserError(f"{prefix} an array {name!r} of {one.dtype}, which is not to be kept.")
    return rows, arrays


def check_splits(rows: "pd.DataFrame", raw: Path) -> None:
    """Raise an error if a split has no rows.

    Parameters
    ----------
    rows : DataFrame
        With the column ``split``.
    raw : Path
        The raw folder, for the message.

    Raises
    ------
    UserError
        When train, validation or test holds no row.
    """
    for split in SPLITS:
        if not (rows["split"] == split).any():
            raise UserError(
                f"{raw}: the {split} part holds no row; train, validation and test are all needed."
            )
