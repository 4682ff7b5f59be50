"""Where the images of a file of labels lie, for settings to start from."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from regression_unlearning.data.families.images.places import PICTURE, index, plain
from regression_unlearning.data.fetching.names import composed
from regression_unlearning.data.look import HEAD, Look
from regression_unlearning.data.parquet import ENDS
from regression_unlearning.errors import UserError

ARCHIVES = (".tar", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
#: Bytes of a packed tar that nobody named, and is unpacked to be looked into.
UNPACKED = 1 << 30


def picture_column(seen: Look, images: Path | None) -> str | None:
    """The column that names images: by their endings, or by what a folder or an archive holds.

    Parameters
    ----------
    seen, images
        See `starting_source.source_of`.

    Returns
    -------
    str or None
        None where no column does.
    """
    for name in seen.rows:
        if seen.rows[name].str.fullmatch(PICTURE).all():
            return str(name)
    for place in [images] if images else [*_folders(seen), *_packed(seen)]:
        held = _stems(place, given=images is not None)
        for name in seen.rows if held else ():
            whole = seen.distinct[name] == len(seen.rows)
            if whole and seen.rows[name].head(HEAD).isin(held).all():
                return str(name)
    return None


def _folders(seen: Look) -> Iterator[Path]:
    """The folder of a file, those in it, and those in these."""
    beside = seen.path.resolve().parent
    yield beside
    for depth in ("*/", "*/*/"):
        yield from (one for one in sorted(beside.glob(depth)) if os.access(one, os.R_OK))


def _packed(seen: Look) -> list[Path]:
    """Archives beside a file."""
    beside = sorted(seen.path.resolve().parent.iterdir())
    return [one for one in beside if one.name.lower().endswith(ARCHIVES) and one.is_file()]


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
    held = sorted(one for one in folder.iterdir() if one.suffix.lower() in (".csv", ".tsv", *ENDS))
    count = sum(1 for _ in pictures(folder))
    if len(held) != 1:
        found = f"{count:,} images and " if count else ""
        raise UserError(
            f"{folder} is a folder with {found}{len(held)} files of rows; give one file: a line of "
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
    return (one for one in inside if re.fullmatch(PICTURE, one.name))


def images_of(seen: Look, column: str, given: Path | None) -> str:
    """Where the images lie, as seen from the labels' folder where they are inside of it.

    Parameters
    ----------
    seen : Look
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
    beside, first = seen.path.resolve().parent, composed(seen.rows[column].iloc[0])
    if given is None:
        there = [one for one in _folders(seen) if (one / first).is_file() or first in _stems(one)]
        packed = sorted(_packed(seen), key=lambda one: Path(first).stem not in _stems(one))
        if not there and not packed:
            raise UserError(
                f"{seen.path}: no folder beside it holds {first!r}; name the images by --images."
            )
        found = (there or packed)[0]
    elif not given.exists():
        raise UserError(f"--images: {given} does not exist; name a folder, a tar or a zip.")
    else:
        found = given.resolve()
    return str(found.relative_to(beside)) if found.is_relative_to(beside) else str(found)
