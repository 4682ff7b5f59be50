"""The keys of `source` in a user's first settings file, proposed from what the data show."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from regression_unlearning.data.families.images.places import PICTURE, index, plain
from regression_unlearning.data.look import HEAD, Look
from regression_unlearning.data.splits import SPELT, Split, hashed
from regression_unlearning.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

#: Seeds that are tried until no part is empty.
SEEDS = 100
#: Before what a user must mend.
NOTE = "NOTE: "
ARCHIVES = (".tar", ".zip", ".tar.gz", ".tgz")
#: Keys, each with its value and a comment.
Keys = dict[str, tuple[Any, str]]


def folder_of(path: Path) -> str:
    """The absolute folder of a file, links resolved.

    Parameters
    ----------
    path : Path
        The file.
    """
    return str(path.resolve().parent)


def source_of(
    seen: Look, loader: str, target: str | None, images: Path | None
) -> "tuple[pd.Series | None, Keys]":
    """Each row's part, where rows have one; and the keys of `source`.

    Parameters
    ----------
    seen : Look
        The file of rows.
    loader, target : str, str or None
        The source that is to read it, and the column to predict; None chooses one.
    images : Path or None
        Folder or archive of the images; None looks beside the file.

    Returns
    -------
    parts : Series of str (rows,) or None
        ``train``, ``validation`` or ``test``; None for a table of load.
    keys : dict
        Each key's value and a comment on it.

    Raises
    ------
    UserError
        When nothing can be predicted, no images are found, or rows are too few for three parts.
    """
    if loader == "hourly_table":
        return None, _load(seen)
    file = picture_column(seen, images) if loader == "image_folder" else None
    if loader == "image_folder" and file is None:
        raise UserError(f"{seen.path}: no column names images (such as 0001.jpg) in every row.")
    place = _images(seen, file, images) if file else None
    taken = {one for one in (seen.people, seen.id, seen.split, file) if one}
    chosen = seen.target(target, taken)
    parts, drawn = _parts(seen, file, None if loader == "stsb" else seen.split)
    folder = {"folder": (folder_of(seen.path), "where it lies")}
    why = "the column to predict" + ("" if target else "; EDIT")
    if missing := seen.missing[chosen]:
        why += f"; {NOTE}{missing:,} rows have no {chosen}: take them out, or preparing ends there."
    named = {"target": (chosen, why)}
    if file:
        return parts, {
            **folder,
            "images": (place, "a folder, tar or zip of images"),
            "labels": (seen.path.name, "a line an image"),
            "file": (file, "the column with an image's path"),
            **named,
            **drawn,
        }
    own = {"id": (seen.id, "the column that names each row")} if seen.id else {}
    if loader == "stsb":
        return parts, {
            "mirror": ([seen.path.name], "the file in data_mirror"),
            "columns": (None, "the file's first line names them"),
            "score": (chosen, "the column to predict, from 0 to 5; EDIT"),
            "sentences": (seen.sentences, "the two columns with sentences"),
            **own,
            **drawn,
        }
    out = [
        one for one in seen.rows if one not in (chosen, seen.id, seen.split) and _unread(seen, one)
    ]
    words = [
        one
        for one, kind in seen.kinds.items()
        if kind == "mixed" and one not in (*out, chosen, seen.id, seen.split)
    ]
    return parts, {
        **folder,
        "file": (seen.path.name, "a line a row"),
        **named,
        **own,
        **drawn,
        "leave_out": (out, "no network reads them: people, texts, what is empty; EDIT"),
        "categories": (words, "features that are no numbers although they look so; EDIT"),
    }


def _unread(seen: Look, name: str) -> bool:
    """Whether a column is no feature: people, nothing, too many words, numbers beside signs."""
    many = 3 * seen.distinct[name] > seen.count and seen.kinds[name] in ("text", "mixed")
    return name == seen.people or seen.kinds[name] == "empty" or many or name in seen.written


def _parts(seen: Look, own: str | None, split: str | None) -> "tuple[pd.Series | None, Keys]":
    """The parts, and the key that says them: of a column, or drawn, by people where there are."""
    import pandas as pd

    if split:
        return seen.rows[split].str.strip().map(SPELT), {"split": (split, "each row's part")}
    said = {"validation": 0.15, "test": 0.15}
    for by in dict.fromkeys((seen.people, None)):
        key = by or own or seen.id
        names = seen.rows[key] if key else pd.Series(range(seen.count)).astype(str)
        for seed in range(SEEDS):
            more = {**said, "seed": seed, **({"by": by} if by else {})}
            try:
                parts = hashed(names.fillna("?").astype(str), Split(**more), seen.path)
            except UserError:
                continue
            why = "all rows of one are in one part" if by else "the parts are drawn"
            return pd.Series(parts, seen.rows.index), {"divided": (more, why)}
    raise UserError(f"{seen.path}: its {seen.count} rows are too few for three parts.")


def _load(seen: Look) -> Keys:
    """The keys of a table of load."""
    form: dict[str, Any] = {} if seen.delimiter == "," else {"delimiter": seen.delimiter}
    if seen.decimal == ",":
        form["decimal"] = ","
    empty = int(seen.missing.sum())
    if empty:
        form["fill"] = 24
    said = f"how it is written; {empty:,} empty cells: `fill` hours in a row may be missing"
    return {
        "path": (str(seen.path.resolve()), "a column of dates, then one a customer"),
        **({"table": (form, said if empty else "how it is written")} if form else {}),
    }


def picture_column(seen: Look, images: Path | None) -> str | None:
    """The column that names images: by their endings, or by what a folder or an archive holds.

    Parameters
    ----------
    seen, images
        See `source_of`.

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
    """The folder of a file, and those in it."""
    beside = seen.path.resolve().parent
    yield beside
    yield from (one for one in sorted(beside.iterdir()) if one.is_dir())


def _packed(seen: Look) -> list[Path]:
    """Archives beside a file."""
    beside = sorted(seen.path.resolve().parent.iterdir())
    return [one for one in beside if one.name.lower().endswith(ARCHIVES) and one.is_file()]


def _stems(place: Path, *, given: bool = False) -> set[str]:
    """Names, without endings, of the images in a folder or an archive.

    An archive that nobody named is looked into only where that takes no unpacking, and passed over
    where it is damaged.
    """
    if not place.is_file():
        return {one.stem for one in pictures(place)}
    held: dict[str, object] = {}
    if given:
        with TemporaryDirectory() as work:
            held.update(index(plain(place, Path(work))))
    elif place.name.lower().endswith((".zip", ".tar")):
        with suppress(UserError):
            held.update(index(place))
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
    held = sorted(one for one in folder.iterdir() if one.suffix.lower() in (".csv", ".tsv"))
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


def _images(seen: Look, column: str, given: Path | None) -> str:
    """Where the images lie, as seen from the labels' folder where they are inside of it."""
    beside, first = seen.path.resolve().parent, seen.rows[column].iloc[0]
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
