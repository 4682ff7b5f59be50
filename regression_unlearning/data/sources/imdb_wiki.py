"""IMDB-WIKI: faces of film people and of Wikipedia's, each with the age at which it was taken.

Paper: Rothe, Timofte, Van Gool, DEX: Deep EXpectation of apparent age, ICCV Workshops 2015.
Publisher: https://data.vision.ee.ethz.ch/cvl/rrothe/imdb-wiki/. Its labels were gathered by
machine: rows without a face, with two, or with an impossible age are left out by stated rules.
"""

import io
import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from regression_unlearning.data.families.images.places import index, reader
from regression_unlearning.data.families.images.prepare import Listing, Pictures
from regression_unlearning.data.fetching.download import RawFile, fetch
from regression_unlearning.data.splits import Split, divided
from regression_unlearning.errors import UserError
from regression_unlearning.program.processes import end_with
from regression_unlearning.settings.embedding import Embedding
from regression_unlearning.settings.places import Address, Inside, braces

if TYPE_CHECKING:
    import pandas as pd

FAMILY = "images"
EMBEDDED = False
PUBLISHER = "https://data.vision.ee.ethz.ch/cvl/rrothe/imdb-wiki/static"
FIELDS = ("dob", "photo_taken", "full_path", "name", "face_score", "second_face_score")
#: MATLAB's number of the day before year 0 began.
DAY_ZERO = np.datetime64("0000-01-01", "D") - np.timedelta64(1, "D")


class Settings(Pictures):
    """Which parts are read, and which rows are kept.

    A row stays if its age is from `lowest_age` to `highest_age`, its face's score at least
    `face_score`, and a second face's score at most `second_face_score` (None: no second face). No
    split is published: rows are drawn by a seed, or people (`divided: {by: identity}`).
    """

    parts: Annotated[tuple[Literal["imdb", "wiki"], ...], Field(min_length=1)] = ("imdb", "wiki")
    """Which of the two collections are read."""
    url: Annotated[Address, braces("part")] = PUBLISHER + "/{part}_crop.tar"
    """Where each is downloaded."""
    mirror: tuple[Annotated[Inside, braces("part")], ...] = (
        "imdb_wiki/{part}_crop.tar",
        "{part}_crop.tar",
    )
    """Where it may lie in the data mirror."""
    lowest_age: float = 0
    highest_age: float = 100
    face_score: float = 1.0
    second_face_score: float | None = None
    divided: Split = Split()
    """Shares of validation and test, and the seed of the draw."""

    def listing(self, raw: Path) -> Listing:
        """The rows that the rules keep; see `data.families.images.prepare`.

        Parameters
        ----------
        raw : Path
            The raw folder, which holds the archives.

        Raises
        ------
        UserError
            When no row is left; see also `read_part` and `divided`.
        """
        import pandas as pd

        tables = [
            read_part(raw / _file(part), part).assign(place=number)
            for number, part in enumerate(self.parts)
        ]
        rows = pd.concat(tables, ignore_index=True)
        reasons = self.reasons(rows)
        kept = rows[reasons == ""].reset_index(drop=True)
        dropped = rows.loc[reasons != "", ["file"]].assign(reason=reasons[reasons != ""])
        if kept.empty:
            raise UserError(f"{raw}: the rules leave no row of {len(rows):,}; loosen them.")
        columns = ["file", "target", "place", "identity"]
        kept = kept[columns].assign(split=divided(kept, self.divided, raw))
        return Listing(kept, [raw / _file(part) for part in self.parts], dropped)

    def reasons(self, rows: "pd.DataFrame") -> np.ndarray:
        """Why rows are left out.

        Parameters
        ----------
        rows : DataFrame
            See `read_part`.

        Returns
        -------
        str array (rows,)
            The first rule that a row breaks; "" where it is kept.
        """
        second = rows["second_face_score"].to_numpy()
        limit = -np.inf if self.second_face_score is None else self.second_face_score
        age, score = rows["target"].to_numpy(), rows["face_score"].to_numpy()
        rules = {
            "no file is named": (rows["file"] == "").to_numpy(),
            "no date of birth or no year": np.isnan(age),
            f"age outside {self.lowest_age:g} to {self.highest_age:g}": (age < self.lowest_age)
            | (age > self.highest_age),
            "no face found": ~np.isfinite(score),
            f"face score below {self.face_score:g}": score < self.face_score,
            "a second face": second > limit,  # no second face is not a number
            "listed before": rows["file"].duplicated().to_numpy(),
        }
        return np.select(list(rules.values()), list(rules), default="")


def _file(part: str) -> str:
    return f"{part}_crop.tar"


def download(
    folder: Path,
    settings: Settings,
    *,
    mirror: Path | None,
    checksums: Path,
    embedding: Embedding | None,
) -> None:
    """Fetch the publisher's archives of cropped faces; each holds its own labels.

    Parameters
    ----------
    folder, settings, mirror, checksums, embedding
        See `data.source.Source.download`; no word vectors are read.

    Raises
    ------
    UserError
        When a file is missing, truncated or changed; see `fetch`.
    """
    archives = [
        RawFile(
            file=_file(part),
            url=settings.url.format(part=part),
            mirror=tuple(path.format(part=part) for path in settings.mirror),
        )
        for part in dict.fromkeys(settings.parts)
    ]
    fetch(archives, folder, mirror=mirror, checksums=checksums)


def ages(born: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Age in whole years in the middle of the year in which a photograph was taken.

    DEX's rule: the year of the photograph minus that of birth, one less for who was born in July or
    later. It is counted by the calendar, as in the published lists; the same rule by day numbers
    (MATLAB's ``datevec(datenum(taken, 7, 1) - born)``) makes some born on 30 June a year younger.

    Parameters
    ----------
    born, taken : float array (n,)
        MATLAB's day number of birth (1 is 1 January of year 0), and the photograph's year.

    Returns
    -------
    float64 array (n,)
        NaN where a date is missing.
    """
    known = np.isfinite(born) & np.isfinite(taken) & (born > 0)
    days = np.floor(np.where(known, born, 1)).astype(np.int64).astype("timedelta64[D]")
    months = (DAY_ZERO + days).astype("datetime64[M]").astype(np.int64)
    year, month = 1970 + months // 12, months % 12
    return np.where(known, taken - year - (month >= 6), np.nan)


def read_part(archive: Path, part: str) -> "pd.DataFrame":
    """Read the labels that lie in an archive of cropped faces.

    Parameters
    ----------
    archive, part : Path, {"imdb", "wiki"}
        The publisher's tar file, and the name of the structure in its .mat file.

    Returns
    -------
    DataFrame
        ``file``, ``target`` (age), ``identity`` (name, "" where there is none), ``face_score``,
        ``second_face_score``.

    Raises
    ------
    UserError
        When the labels are missing, or have another form.
    """
    held = index(archive)
    entries = {name: held[name] for name in held if name.endswith(f"{part}.mat")}
    if len(entries) != 1:
        raise UserError(f"{archive} holds {len(entries)} files {part}.mat; one is needed.")
    try:
        with reader(archive) as read:
            content = read(*entries.values())
        # SciPy's parser can end the process that gives it a damaged file
        with ProcessPoolExecutor(1, get_context("spawn"), end_with, (os.getpid(),)) as pool:
            return pool.submit(_parsed, content, part).result()
    except Exception as error:  # a damaged file raises whatever the parser meets
        why = (str(error).splitlines() or [type(error).__name__])[0]
        raise UserError(
            f"{archive}: cannot read {part}.mat ({why}); it must hold a structure {part!r} with "
            f"{', '.join(FIELDS)}, in MATLAB's format 5 to 7. Put the publisher's archive there."
        ) from error


def _parsed(content: bytes, part: str) -> "pd.DataFrame":
    """See `read_part`."""
    import pandas as pd
    from scipy.io import loadmat

    whole = loadmat(io.BytesIO(content), variable_names=[part], squeeze_me=True)[part]
    columns = {field: np.atleast_1d(whole[field].item()) for field in FIELDS}
    lengths = {field: len(column) for field, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"its fields are not equally long: {lengths}")
    born, taken, score, second = (
        columns[field].astype(np.float64)
        for field in ("dob", "photo_taken", "face_score", "second_face_score")
    )
    files, names = (
        pd.Series(columns[field], dtype=object).map(_text) for field in ("full_path", "name")
    )
    return pd.DataFrame(
        {
            "file": files,
            "target": ages(born, taken),
            "identity": names,
            "face_score": score,
            "second_face_score": second,
        }
    )


def _text(value: object) -> str:
    """A cell's text; "" where it is empty, in any of MATLAB's ways: '', [], {} or NaN."""
    if isinstance(value, str):
        return value.strip()
    if np.size(value) == 0 or (isinstance(value, float) and np.isnan(value)):
        return ""
    raise ValueError(f"{value!r} is no text")
