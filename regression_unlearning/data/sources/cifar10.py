"""CIFAR-10: 60,000 colour images of 32 x 32 pixels, 6,000 of each of ten classes.

A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009. The publisher's binary
archive holds five files of training images and one of test images; a record of a file is a byte
for the class, then 1,024 bytes each of red, green and blue, row by row.
"""

import tempfile
import zipfile
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field

from regression_unlearning.data.families.images.files import (
    ARCHIVE,
    fetch_images,
    images_path,
    note,
    note_content,
)
from regression_unlearning.data.families.images.labels import read_labels
from regression_unlearning.data.families.images.prepare import Listing, Pictures
from regression_unlearning.data.fetching.archives import unpack
from regression_unlearning.data.fetching.download import RawFile, fetch
from regression_unlearning.data.fetching.raw_file import MANIFEST, note_made
from regression_unlearning.data.splits import SPELT, SPLITS
from regression_unlearning.errors import UserError
from regression_unlearning.files import read_record, whole, write_text
from regression_unlearning.settings.embedding import Embedding
from regression_unlearning.settings.places import Address, Inside
from regression_unlearning.settings.section import Count, Section, Seed

FAMILY = "images"
EMBEDDED = False
LABELS, PACKED = "labels.csv", "cifar-10-binary.tar.gz"
#: The archive's files, and the part that each is of.
FILES = {**{f"data_batch_{one}.bin": "train" for one in range(1, 6)}, "test_batch.bin": "test"}
CLASSES = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)
#: Bytes of a record: the class, and three colours.
RECORD = 1 + 3 * 32 * 32
ADVICE = "Put the publisher's archive in its place."


class Drawn(Section):
    """How many images of each part are drawn, without replacement, by `seed`; none means all."""

    train: Count | None = None
    validation: Count | None = None
    test: Count | None = None
    seed: Seed = 0


class Settings(Pictures):
    """Where the images come from, and how many of them are used.

    A data mirror may hold them as an archive or a folder of images, with labels (columns ``file``,
    ``label``, ``name`` and ``split``); else the publisher's binary archive is taken, whose training
    images are then divided.
    """

    images: Inside = "cifar10/images.zip"
    """Where images may lie in the data mirror."""
    labels: Inside = "cifar10/labels.csv"
    """Where their labels may lie there."""
    archive: tuple[Inside, ...] = (f"cifar10/{PACKED}", PACKED)
    """Where the publisher's archive may lie there."""
    url: Address = f"https://www.cs.toronto.edu/~kriz/{PACKED}"
    """Where it is downloaded."""
    md5: Annotated[str, Field(pattern="^[0-9a-f]{32}$")] = "c32a1d4ab5d03f1284b67883e8d87530"
    """What the publisher says that its content hashes to."""
    validation: Count = 5000
    """Of its training images so many are for validation, drawn by the seed of `drawn`."""
    drawn: Drawn = Drawn()
    """How many images of each part are used."""

    def listing(self, raw: Path) -> Listing:
        """The images that are used.

        Parameters
        ----------
        raw : Path
            The raw folder, which holds the labels.

        Returns
        -------
        Listing
            See `data.families.images.prepare`.

        Raises
        ------
        UserError
            See `read_labels`.
        """
        rows = read_labels(
            raw / LABELS, file="file", target="label", split="split", splits=SPELT
        ).assign(place=0)
        order = np.random.default_rng(self.drawn.seed).permutation(len(rows))
        parts = rows["split"].to_numpy()[order]
        kept = [order[parts == part][: getattr(self.drawn, part)] for part in SPLITS]
        return Listing(rows.iloc[np.sort(np.concatenate(kept))], [images_path(raw)])


def download(
    folder: Path,
    settings: Settings,
    *,
    mirror: Path | None,
    checksums: Path,
    embedding: Embedding | None,
) -> None:
    """Bring labels and images into `folder`; a mirror's folder of images stays where it is.

    Parameters
    ----------
    folder : Path
        The dataset's raw folder.
    settings : Settings
        Where they lie.
    mirror : Path or None
        A folder that may hold the images, or the publisher's archive.
    checksums : Path
        The hashes that publishers gave; those seen first are recorded beside it.
    embedding
        Not used.

    Raises
    ------
    UserError
        See `fetch` and `records`.
    """
    if mirror is not None and (mirror / settings.images).exists():
        images = RawFile(file=ARCHIVE, url=None, mirror=(settings.images,))
        labels = RawFile(file=LABELS, url=None, mirror=(settings.labels,))
        in_place = fetch_images(folder, [labels], images, source=mirror, checksums=checksums)
        names = settings.listing(folder).rows["file"]
        if in_place:
            note_content(folder, in_place, names)
        return
    packed = RawFile(file=PACKED, url=settings.url, md5=settings.md5, mirror=settings.archive)
    fetch([packed], folder, mirror=mirror, checksums=checksums)
    fetched = read_record(folder / MANIFEST, plain=True)["files"]
    repack(folder, settings)
    note_made(folder, (ARCHIVE, LABELS), PACKED)
    made = read_record(folder / MANIFEST, plain=True)["files"]
    note(folder, files={**fetched, **made}, images=ARCHIVE)


def repack(folder: Path, settings: Settings) -> None:
    """Write the publisher's images as an archive of PPM files, and their labels.

    Parameters
    ----------
    folder : Path
        The raw folder, which holds the publisher's archive and gets the files.
    settings : Settings
        How many training images become validation images, and the seed by which they are drawn.

    Raises
    ------
    UserError
        When the archive is damaged, lacks a file or holds one of another form; when it holds no
        more training images than validation needs.
    """
    lines: list[list[str]] = []
    with (
        tempfile.TemporaryDirectory(dir=folder) as held,
        whole(folder / ARCHIVE) as part,
        zipfile.ZipFile(part, "w") as archive,
    ):
        unpacked = {name: Path(held, name) for name in FILES}
        unpack(folder / PACKED, unpacked.items(), check=lambda *_: None, advice=ADVICE)
        for name, path in unpacked.items():
            for number, (label, pixels) in enumerate(zip(*records(path), strict=True)):
                file = f"{path.stem}/{number:04d}.ppm"
                archive.writestr(zipfile.ZipInfo(file), b"P6 32 32 255\n" + pixels.tobytes())
                lines.append([file, str(label), CLASSES[label], FILES[name]])
        training = [line for line in lines if line[-1] == "train"]
        if settings.validation >= len(training):
            raise UserError(
                f"validation: {settings.validation:,} images are asked for, and {PACKED} holds "
                f"{len(training):,} for training; ask for fewer."
            )
    order = np.random.default_rng(settings.drawn.seed).permutation(len(training))
    for number in order[: settings.validation]:
        training[number][-1] = "validation"
    table = ["file,label,name,split", *map(",".join, lines)]
    write_text(folder / LABELS, "\n".join(table) + "\n")


def records(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read one file of the publisher's archive.

    Parameters
    ----------
    path : Path
        The unpacked file.

    Returns
    -------
    classes : uint8 array (n,)
        From 0 to 9.
    pixels : uint8 array (n, 1024, 3)
        Red, green and blue, row by row.

    Raises
    ------
    UserError
        When it is empty, ends within a record, or holds an unknown class.
    """
    content = np.fromfile(path, np.uint8)
    if len(content) == 0 or len(content) % RECORD:
        raise UserError(
            f"{PACKED}, {path.name}: {len(content):,} bytes are no whole number of records of "
            f"{RECORD:,} bytes. {ADVICE}"
        )
    content = content.reshape(-1, RECORD)
    if (wrong := content[:, 0] >= len(CLASSES)).any():
        row = int(wrong.argmax())
        raise UserError(
            f"{PACKED}, {path.name}, record {row}: class {content[row, 0]} is none of 0 to "
            f"{len(CLASSES) - 1}. {ADVICE}"
        )
    return content[:, 0], content[:, 1:].reshape(len(content), 3, -1).transpose(0, 2, 1)
