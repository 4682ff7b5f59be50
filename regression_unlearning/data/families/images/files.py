"""Fetch a dataset's images into its raw folder: an archive, or a folder that stays where it is."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from regression_unlearning.data.families.images.places import locate, reader
from regression_unlearning.data.fetching.download import RawFile, fetch
from regression_unlearning.data.fetching.local import Local, stamp
from regression_unlearning.data.fetching.raw_file import MANIFEST
from regression_unlearning.errors import UserError
from regression_unlearning.files import read_record, write_record

#: Name under which the archive is kept.
ARCHIVE = "images.archive"


def held_folder(archive: RawFile, source: Path | None) -> Path | None:
    """Return the image folder that `source` holds in place of the archive; None where it has none.

    Parameters
    ----------
    archive : RawFile
        The archive; its `in_mirror` lists the paths to look at.
    source : Path or None
        A folder that already holds the dataset's files.
    """
    if source is None:
        return None
    candidates = (source / path for path in archive.in_mirror)
    return next((path.resolve() for path in candidates if path.is_dir()), None)


def fetch_images(
    folder: Path,
    others: Sequence[RawFile],
    archive: RawFile,
    *,
    source: Path | None,
    checksums: Path,
) -> Path | None:
    """Fetch files, and an archive of images unless `source` holds it as a folder.

    Parameters
    ----------
    folder : Path
        The dataset's raw folder.
    others : sequence of RawFile
        Files beside the images.
    archive : RawFile
        The images.
    source : Path or None
        A folder that already holds the files.
    checksums : Path
        The publishers' hashes; those of files fetched for the first time are recorded beside it.

    Returns
    -------
    Path or None
        The folder of images, where they are not an archive.

    Raises
    ------
    UserError
        See `fetch`.
    """
    in_place = held_folder(archive, source)
    files = [*others] if in_place else [*others, archive]
    fetch(files, folder, mirror=source, checksums=checksums)
    note(folder, images=str(in_place) if in_place else archive.file)
    return in_place


def images_path(raw: Path) -> Path:
    """Return the folder or archive that `fetch_images` recorded.

    Parameters
    ----------
    raw : Path
        The dataset's raw folder.
    """
    return raw / read_record(raw / MANIFEST, plain=True)["images"]


def note_content(folder: Path, images: Path, names: Iterable[str]) -> None:
    """Write a hash over the names and bytes of some images into the manifest; see also `Local`.

    Parameters
    ----------
    folder, images : Path
        The dataset's raw folder, and the folder of its images.
    names : iterable of str
        The images' names in that folder.

    Raises
    ------
    UserError
        When images are missing: counted, the first ones named.
    """
    digest, local = hashlib.sha256(), Local(folder)
    names = sorted(names)
    with reader(images) as read:
        for name, entry in zip(names, locate(names, images, "the labels"), strict=True):
            try:
                stamped = stamp(images / entry)
                content = hashlib.sha256(read(entry))
            except (OSError, ValueError) as error:
                raise UserError(f"cannot read {images / name}: {error}; mend it.") from error
            digest.update(name.encode() + content.digest())
            local.note(images / entry, stamped, content.hexdigest())
    local.write()
    note(folder, content=digest.hexdigest())


def note(folder: Path, **facts: Any) -> None:
    """Write facts into a raw folder's manifest, over those of the same names.

    Parameters
    ----------
    folder : Path
        The dataset's raw folder, with a manifest.
    **facts
        JSON values.

    Raises
    ------
    UserError
        When the manifest is missing, damaged, or cannot be written.
    """
    write_record(folder / MANIFEST, {**read_record(folder / MANIFEST, plain=True), **facts})
