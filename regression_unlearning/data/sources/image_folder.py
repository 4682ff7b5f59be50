"""Any images of one's own: a folder or an archive, and a CSV file that names each with its target.

Everything is a setting: a dataset of this kind is an entry of params.yaml, and no code.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from regression_unlearning.data.families.images.files import (
    ARCHIVE,
    fetch_images,
    images_path,
    note_content,
)
from regression_unlearning.data.families.images.labels import read_labels
from regression_unlearning.data.families.images.prepare import Listing, Pictures
from regression_unlearning.data.fetching.download import RawFile
from regression_unlearning.data.fetching.folders import missing_files, opened
from regression_unlearning.data.signs import Signs
from regression_unlearning.data.splits import SPELT, Split, divided
from regression_unlearning.settings.embedding import Embedding
from regression_unlearning.settings.places import Address, Place

if TYPE_CHECKING:
    import pandas as pd

FAMILY = "images"
EMBEDDED = False
LABELS = "labels.csv"


class Settings(Pictures, Signs):
    """Where images and labels lie, and what the columns of the labels are called.

    `images` (a folder, a tar or a zip file) and `labels` are relative to `folder`, or to the data
    mirror where no folder is set; with the two addresses they are downloaded. Columns that are not
    named here are kept, to select forget sets by. Names of images may all lack their endings. A
    folder of images is read where it lies. With `divided` the parts are drawn, each image's by its
    name, and the labels need no column that says them.
    """

    images: Place
    labels: Place
    folder: Place | None = None
    images_url: Address | None = None
    """Where the images are downloaded."""
    labels_url: Address | None = None
    """Where the labels are downloaded."""
    file: str = "file"
    """Column with an image's path."""
    target: str = "target"
    """Column with its target."""
    split: str = "split"
    """Column that says its part."""
    splits: Mapping[str, str] = Field(default_factory=lambda: dict(SPELT))
    """What that column calls each part."""
    divided: Split | None = None

    def listing(self, raw: Path) -> Listing:
        """The images that the labels name.

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
            See `read`.
        """
        return Listing(self.read(raw / LABELS).assign(place=0), [images_path(raw)])

    def read(self, labels: Path) -> "pd.DataFrame":
        """Read and check the labels, and divide the images where the settings say so.

        Parameters
        ----------
        labels : Path
            The CSV file.

        Returns
        -------
        DataFrame
            See `read_labels`; always with ``split``.

        Raises
        ------
        UserError
            See `read_labels` and `divided`.
        """
        rows = read_labels(
            labels,
            file=self.file,
            target=self.target,
            split=None if self.divided else self.split,
            splits=self.splits,
            signs=self,
        )
        if self.divided is None:
            return rows
        return rows.assign(split=divided(rows, self.divided, labels, rows["file"]))


def missing_file(settings: Settings, mirror: Path | None) -> str | None:
    """Return what is missing of labels and images; None if all is there or can be downloaded.

    Parameters
    ----------
    settings : Settings
        Where they may lie.
    mirror : Path or None
        The data mirror.
    """
    files = {"images": settings.images, "labels": settings.labels}
    downloaded = bool(settings.images_url and settings.labels_url)
    return missing_files(files, settings.folder, mirror, downloaded)


def download(
    folder: Path,
    settings: Settings,
    *,
    mirror: Path | None,
    checksums: Path,
    embedding: Embedding | None,
) -> None:
    """Bring the labels, and the images where they are an archive, into `folder`.

    A folder of images stays where it is: ``manifest.json`` says where, with a hash over what the
    labels name in it.

    Parameters
    ----------
    folder : Path
        The dataset's raw folder.
    settings : Settings
        What lies where.
    mirror : Path or None
        A folder that already holds the files.
    checksums : Path
        The hashes that publishers gave; those seen first are recorded beside it.
    embedding
        Not used.

    Raises
    ------
    UserError
        When something is missing, truncated, changed or unsafe; see `fetch`.
    """
    files = (LABELS, ARCHIVE)
    source = opened(folder, files, settings.folder, mirror, lambda: missing_file(settings, mirror))
    if source is not None and (source / settings.labels).exists():
        settings.read(source / settings.labels)  # what is wrong is named where the user has it
    labels = RawFile(file=LABELS, url=settings.labels_url, mirror=(settings.labels,))
    images = RawFile(file=ARCHIVE, url=settings.images_url, mirror=(settings.images,))
    in_place = fetch_images(folder, [labels], images, source=source, checksums=checksums)
    names = settings.read(folder / LABELS)["file"]
    if in_place:
        note_content(folder, in_place, names)
