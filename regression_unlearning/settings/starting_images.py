"""Where the images of a file of labels lie, for settings to start from."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from regression_unlearning.data.families.images.places import PICTURE, index, plain
from regression_unlearning.data.fetching.names import composed
from regression_unlearning.data.parquet import ENDS
from regression_unlearning.data.text_table import HEAD, TextTable
from regression_unlearning.errors import UserError

ARCHIVES = (".tar", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
#: Bytes of a packed tar that nobody named, and is unpacked to be looked into.
UNPACKED = 1 << 30


def picture_column(table: TextTable, images: Path | None) -> str | None:
    """The column that names images: by their endings, or by what a folder or an archive holds.

    Parameters
    ----------
    table : TextTable
        The file of data.
    images : Path or None
        A folder or an archive of images, if one was named.

    Returns
    -------
    str or None
        None where no column does.
    """
    for name in table.rows:
        if table.rows[name].str.fullmatch(PICTURE).all():
            return str(name)
    for place in [images] if images else [*_folders(table), *_packed(table)]:
        held = _stems(place, given=images is not None)
        for name in table.rows if held else ():
            whole = table.distinct[name] == len(table.rows)
            if whole and table.rows[name].head(HEAD).isin(held).all():
                return str(name)
    return None


def _folders(table: TextTable) -> Iterator[Path]:
    """The folder of a file, those in it, and those in these."""
    beside = table.path.resolve().parent
    yield beside
    for depth in ("*/", "*/*/"):
        yield from (one for one in sorted(beside.glob(depth)) if os.access(one, os.R_OK))


def _packed(table: TextTable) -> list[Path]:
    """Archives beside a file."""
    beside = sorted(table.path.resolve().parent.iterdir())
    return [path for path in beside if path.name.lower().endswith(ARCHIVES) and path.is_file()]


def _stems(place: Path, *, given: bool = False) -> set[str]:
    """Names, without endings, of the images in a folder or an archive.

    An archive that nobody named is passed over where it is damaged, or is a packed tar of more than
    `UNPACKED` bytes.
    """
    if not place.is_file():
        return {one.stem for one in pictures(place)}
    held: dict[str, object] = {}
    packed = not place.name.lower().endswith((".zip", ".tar"))
    if given or not packed or place.stat().st_size <= UNPACKED:
        passed_over = () if given else (UserError,)
        with suppress(*passed_over), TemporaryDirectory() as work:
            held.update(index(plain(place, Path(work))))
    return {Path(one).stem for one in held if re.fullmatch(PICTURE, one)}


def inside(folder: Path, images: Path | None) -> tuple[Path, Path | None]:
    """The file of labels or rows in a folder, and the images: those given, or the folder's.

    Parameters
    ----------
    folder, images : Path, Path or None
        A folder with one CSV or TSV file; the folder or archive of images, if it was named.

    Returns
    -------
    tuple of Path, and Path or None
        The file, and `images` or else the folder itself, where images are in it.

    Raises
    ------
    UserError
        When it holds no such file, or several.
    """
    held = sorted(
        path for path in folder.iterdir() if path.suffix.lower() in (".csv", ".tsv", *ENDS)
    )
    count = sum(1 for _ in pictures(folder))
    if len(held) != 1:
        also = f"{count:,} images and " if count else ""
        raise UserError(
            f"{folder} is a folder with {also}{len(held)} files of rows; give one file: a line of "
            "names, then a line a row (of images such as `file,age`, then `0001.jpg,34`; --images "
            "names their folder)."
        )
    return held[0], images or (folder if count else None)


def pictures(folder: Path) -> Iterator[Path]:
    """The image files directly in a folder, by name; none where there is no such folder.

    Parameters
    ----------
    folder : Path
        The folder.
    """
    inside = sorted(folder.iterdir()) if folder.is_dir() else ()
    return (path for path in inside if re.fullmatch(PICTURE, path.name))


def images_of(table: TextTable, column: str, given: Path | None) -> str:
    """Where the images lie, as seen from the labels' folder where they are inside of it.

    Parameters
    ----------
    table : TextTable
        The file of labels.
    column : str
        Its column of image names.
    given : Path or None
        The folder or archive of images, if it was named.

    Raises
    ------
    UserError
        When there is none.
    """
    beside, first = table.path.resolve().parent, composed(table.rows[column].iloc[0])
    if given is None:
        there = [
            path for path in _folders(table) if (path / first).is_file() or first in _stems(path)
        ]
        packed = sorted(_packed(table), key=lambda path: Path(first).stem not in _stems(path))
        if not there and not packed:
            raise UserError(
                f"{table.path}: no folder beside it holds {first!r}; name the images by --images."
            )
        place = (there or packed)[0]
    elif not given.exists():
        raise UserError(f"--images: {given} does not exist; name a folder, a tar or a zip.")
    else:
        place = given.resolve()
    return str(place.relative_to(beside)) if place.is_relative_to(beside) else str(place)
