"""Any table of rows of one's own: a CSV file with a line of names, and a row a line; or Parquet.

Everything is a setting: a dataset of this kind is an entry of params.yaml, and no code.
"""

from pathlib import Path, PurePosixPath
from typing import Annotated

from pydantic import AfterValidator

from regression_unlearning.data.families.rows.settings import TABLE, Columns
from regression_unlearning.data.families.rows.table import read
from regression_unlearning.data.fetching.download import RawFile, fetch
from regression_unlearning.data.fetching.folders import missing_files, opened
from regression_unlearning.data.parquet import is_parquet
from regression_unlearning.errors import UserError
from regression_unlearning.settings.embedding import Embedding
from regression_unlearning.settings.places import Address, Place, Sha256

FAMILY = "rows"
EMBEDDED = False
#: What other files of rows end with.
OTHERS = (".feather", ".arrow", ".orc", ".xlsx", ".xls", ".ods", ".json", ".jsonl")


def _readable(value: str) -> str:
    kind = PurePosixPath(value).suffix.lower()
    if kind in OTHERS:
        raise UserError(f"{kind} files are not read; save it as CSV or Parquet (given: {value})")
    return value


class Settings(Columns):
    """Where the table lies, and what its columns are for.

    `file` is relative to `folder`, or to the data mirror where no folder is set; with `url` it is
    downloaded.
    """

    file: Annotated[Place, AfterValidator(_readable)]
    folder: Place | None = None
    url: Address | None = None
    """Where the table is downloaded."""
    sha256: Sha256 | None = None
    """What the file's content must hash to."""

    @property
    def table(self) -> str:
        """The file's name in the raw folder: of the kind that it is of."""
        return "table.parquet" if is_parquet(PurePosixPath(self.file)) else TABLE


def missing_file(settings: Settings, mirror: Path | None) -> str | None:
    """Return what is missing of the table; None if it is there or can be downloaded.

    Parameters
    ----------
    settings : Settings
        Where it may lie.
    mirror : Path or None
        The data mirror.
    """
    return missing_files({"file": settings.file}, settings.folder, mirror, bool(settings.url))


def download(
    folder: Path,
    settings: Settings,
    *,
    mirror: Path | None,
    checksums: Path,
    embedding: Embedding | None,
) -> None:
    """Check that the file is a table, then copy or fetch it into `folder`.

    Parameters
    ----------
    folder : Path
        The dataset's raw folder.
    settings : Settings
        Where it lies, and its columns.
    mirror : Path or None
        A folder that already holds the file.
    checksums : Path
        The hashes that publishers gave; those seen first are recorded beside it.
    embedding
        Not used.

    Raises
    ------
    UserError
        When the file is missing or changed, or is wrong; see `fetch` and `read`.
    """
    source = opened(
        folder, [settings.table], settings.folder, mirror, lambda: missing_file(settings, mirror)
    )
    if source is not None and (source / settings.file).exists():
        read(source / settings.file, settings)  # what is wrong is named where the user has it
    table = RawFile(
        file=settings.table, url=settings.url, mirror=(settings.file,), sha256=settings.sha256
    )
    fetch([table], folder, mirror=source, checksums=checksums)
