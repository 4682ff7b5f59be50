"""AgeDB: 16,488 photographs of 567 people, each with the person's age (1 to 101).

Paper: Moschoglou et al., AgeDB: the first manually collected, in-the-wild age database, CVPR
Workshops 2017. The authors give the images out on request. The list of files with train,
validation and test parts is that of Yang et al., Delving into Deep Imbalanced Regression, 2021.

Some names carry broken encodings that differ between copies: files are found by the number with
which their names begin.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from regression_unlearning.data.families.images.files import (
    ARCHIVE,
    fetch_images,
    held_folder,
    images_path,
    note_content,
)
from regression_unlearning.data.families.images.labels import numbers, read_csv
from regression_unlearning.data.families.images.places import index
from regression_unlearning.data.families.images.prepare import Listing, Pictures
from regression_unlearning.data.fetching.download import RawFile
from regression_unlearning.data.fetching.folders import missing_files, place_of
from regression_unlearning.data.fetching.names import listed
from regression_unlearning.data.fields import refuse
from regression_unlearning.data.splits import SPELT
from regression_unlearning.errors import UserError, unknown
from regression_unlearning.settings.embedding import Embedding
from regression_unlearning.settings.places import Address, Inside, Place

if TYPE_CHECKING:
    import pandas as pd

FAMILY = "images"
EMBEDDED = False
LIST = "agedb.csv"
NAME = re.compile(r"(?:.*/)?(\d+)_(.*)_(\d+)_([mf])\.jpg", re.IGNORECASE)
PAGE = "https://ibug.doc.ic.ac.uk/resources/agedb/"


class Settings(Pictures):
    """Where list and images lie: in `folder`, else in the data mirror."""

    folder: Place | None = None
    images: tuple[Inside, ...] = ("agedb/AgeDB.zip", "AgeDB.zip", "agedb/AgeDB", "AgeDB")
    """Where the images may lie."""
    list: tuple[Inside, ...] = ("agedb/agedb.csv", "agedb.csv")
    """Where the list of ages and names may lie."""
    list_url: Address = (
        "https://raw.githubusercontent.com/YyzHarry/imbalanced-regression/main/agedb-dir/data/"
        "agedb.csv"
    )
    """Where the list is downloaded."""

    def listing(self, raw: Path) -> Listing:
        """The listed images, with the person's name as the column ``identity``.

        Parameters
        ----------
        raw : Path
            The raw folder, which holds the published list.

        Returns
        -------
        Listing
            See `data.families.images.prepare`.

        Raises
        ------
        UserError
            See `read_list` and `matched`.
        """
        place = images_path(raw)
        rows = read_list(raw / LIST)
        return Listing(rows.assign(file=matched(rows, place), place=0), [place])


def _images(settings: Settings) -> RawFile:
    return RawFile(file=ARCHIVE, url=None, mirror=settings.images)


def absence(folder: Path, settings: Settings, mirror: Path | None) -> str | None:
    """Why the images cannot be had, and what to do about it; None where they are there.

    Parameters
    ----------
    folder : Path
        The dataset's raw folder.
    settings : Settings
        Where the images may lie.
    mirror : Path or None
        The data mirror.
    """
    source = place_of(settings.folder, mirror)
    there = source is not None and any((source / path).exists() for path in settings.images)
    if there or (folder / ARCHIVE).exists():
        return None
    where = "the source's folder" if settings.folder else "the folder that data_mirror names"
    return (
        f"AgeDB's images are not here: its authors give them out on request. Ask at {PAGE} (an "
        f"academic address is needed), put them into {where} as {settings.images[0]}, or "
        f"unpacked as {settings.images[2]}, and run the same command again."
    )


def missing_file(settings: Settings, mirror: Path | None) -> str | None:
    """What is wrong with the source's own folder; that images are given on request is in `absence`.

    Parameters
    ----------
    settings : Settings
        Names the folder, if there is one.
    mirror : Path or None
        The data mirror.

    Returns
    -------
    str or None
        A line, or None where no folder is named or nothing is wrong.
    """
    return missing_files({}, settings.folder, mirror, downloaded=False) if settings.folder else None


def download(
    folder: Path,
    settings: Settings,
    *,
    mirror: Path | None,
    checksums: Path,
    embedding: Embedding | None,
) -> None:
    """Bring the list and the images into `folder`; a folder of images stays where it is.

    Parameters
    ----------
    folder : Path
        The dataset's raw folder.
    settings : Settings
        Where they lie.
    mirror : Path or None
        A folder that already holds the files.
    checksums : Path
        The hashes that publishers gave; those seen first are recorded beside it.
    embedding
        Not used.

    Raises
    ------
    UserError
        When the images are not there (it says how to ask for them), or not those of the list.
    """
    if why := absence(folder, settings, mirror):
        raise UserError(why)
    source = place_of(settings.folder, mirror)
    listing = RawFile(file=LIST, url=settings.list_url, mirror=settings.list)
    fetch_images(folder, [listing], _images(settings), source=source, checksums=checksums)
    place = images_path(folder)
    files = matched(read_list(folder / LIST), place)
    if held_folder(_images(settings), source):
        note_content(folder, place, files)


def read_list(path: Path) -> "pd.DataFrame":
    """Read the published list.

    Parameters
    ----------
    path : Path
        A CSV file with the columns ``age``, ``path`` and ``split``.

    Returns
    -------
    DataFrame
        ``number``, ``identity``, ``gender`` (text), ``target`` (age in years, float64), ``split``.

    Raises
    ------
    UserError
        Naming line and value, when a column is missing or a field has another form.
    """
    table = read_csv(path)
    for column in ("age", "path", "split"):
        if column not in table.columns:
            raise unknown("column", column, table.columns, str(path))
    fields = table["path"].str.extract(f"^{NAME.pattern}$", flags=NAME.flags)
    form = "is not of the form ID_Name_age_gender.jpg"
    refuse(table, "path", fields[0].isna().to_numpy(), path, form)
    refuse(table, "path", fields[0].duplicated().to_numpy(), path, "has a number listed before")
    splits = table["split"].map(SPELT)
    refuse(table, "split", splits.isna().to_numpy(), path, "is no part")
    people = fields.rename(columns={0: "number", 1: "identity", 3: "gender"})
    return people[["number", "identity", "gender"]].assign(
        identity=people["identity"].str.strip(), target=numbers(table, "age", path), split=splits
    )


def matched(rows: "pd.DataFrame", place: Path) -> list[str]:
    """The image of each row of the list, found by its number.

    Parameters
    ----------
    rows : DataFrame
        With ``number`` and ``identity``; see `read_list`.
    place : Path
        The folder or archive of images.

    Returns
    -------
    list of str
        Names of images in `place`, one per row.

    Raises
    ------
    UserError
        When images are missing, or two have the same number: counted, the first ones named.
    """
    by_number: dict[str, list[str]] = {}
    for name in index(place):
        if match := NAME.fullmatch(name):
            by_number.setdefault(match[1], []).append(name)
    twice = [names[1] for names in by_number.values() if len(names) > 1]
    if twice:
        raise UserError(
            f"{place.name}: {len(twice):,} images bear a number that another one bears: "
            f"{listed(twice)}. Keep one of each."
        )
    missing = [
        f"{number}_{name}"
        for number, name in zip(rows["number"], rows["identity"], strict=True)
        if number not in by_number
    ]
    if missing:
        raise UserError(
            f"{place.name} lacks {len(missing):,} of the {len(rows):,} listed images: "
            f"{listed(missing)}. Ask for the whole of AgeDB at {PAGE}."
        )
    return [by_number[number][0] for number in rows["number"]]
