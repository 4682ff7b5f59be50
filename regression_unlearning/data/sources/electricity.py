"""UCI ElectricityLoadDiagrams20112014: 370 customers, every 15 minutes for four years.

Publisher: https://archive.ics.uci.edu/dataset/321. Rows are separated by ``;``, decimals by commas,
and a date stamps the end of its quarter of an hour. Customers that came later have zeros before.
"""

import datetime
from pathlib import Path
from typing import Literal

from regression_unlearning.data.families.load_windows.format import Format
from regression_unlearning.data.families.load_windows.settings import Drawn, Windows
from regression_unlearning.data.fetching.download import RawFile, fetch
from regression_unlearning.settings.embedding import Embedding
from regression_unlearning.settings.places import Address, Inside

FAMILY = "load_windows"
EMBEDDED = False


class Settings(Windows):
    """Where the table comes from, and the windows; by default those of the paper's reference [49].

    That is the year 2014, 219 days of it for training and 24 for validation, with 450,000 windows
    drawn for training and 50,000 for validation. Customers that cannot be used are left out.
    """

    url: Address = (
        "https://archive.ics.uci.edu/static/public/321/electricityloaddiagrams20112014.zip"
    )
    """Where the archive is downloaded."""
    mirror: tuple[Inside, ...] = (
        "electricity/LD2011_2014.txt",
        "electricity/electricityloaddiagrams20112014.zip",
        "LD2011_2014.txt",
        "electricityloaddiagrams20112014.zip",
    )
    """Where it may lie in the data mirror."""
    file: str = "LD2011_2014.txt"
    """The table inside it."""
    table: Format = Format(delimiter=";", decimal=",", stamp="end")
    begin: datetime.date | None = datetime.date(2014, 1, 1)
    end: datetime.date | None = datetime.date(2015, 1, 1)
    train: float = 219 / 365
    validation: float = 24 / 365
    windows: Drawn = Drawn(train=450_000, validation=50_000, test=100_000)
    unfit: Literal["refuse", "leave_out"] = "leave_out"


def download(
    folder: Path,
    settings: Settings,
    *,
    mirror: Path | None,
    checksums: Path,
    embedding: Embedding | None,
) -> None:
    """Fetch the table into the raw folder.

    Parameters
    ----------
    folder, settings, mirror, checksums, embedding
        See `data.source.Source.download`; no word vectors are read.

    Raises
    ------
    UserError
        When the table is missing, truncated or changed; see `fetch`.
    """
    table = RawFile(
        file=settings.file, url=settings.url, member=settings.file, mirror=settings.mirror
    )
    fetch([table], folder, mirror=mirror, checksums=checksums)
