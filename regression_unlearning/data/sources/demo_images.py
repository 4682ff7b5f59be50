"""Handwritten digits that scikit-learn brings along: 1,797 real images, nothing downloaded.

The target is the digit's value. Source: E. Alpaydin and C. Kaynak, Optical Recognition of
Handwritten Digits, UCI Machine Learning Repository, 1998, its test part; 8 x 8 pixels, 17 greys.
"""

import io
import zipfile
from pathlib import Path
from typing import Literal

from regression_unlearning.data.families.images.labels import read_csv
from regression_unlearning.data.families.images.prepare import Listing, Pictures
from regression_unlearning.data.fetching.raw_file import note_made
from regression_unlearning.data.splits import Split, divided
from regression_unlearning.files import whole, write_text
from regression_unlearning.settings.embedding import Embedding

FAMILY = "images"
EMBEDDED = True
IMAGES, LABELS = "digits.zip", "labels.csv"
SOURCE = "scikit-learn's load_digits"


class Settings(Pictures):
    """How large the digits become, and how they are divided."""

    channels: Literal[1, 3] = 1
    divided: Split = Split(validation=0.2, test=0.2)
    """Shares of validation and test, and the seed of the draw."""

    def listing(self, raw: Path) -> Listing:
        """The digits, divided by a draw.

        Parameters
        ----------
        raw : Path
            The raw folder, which holds images and labels.

        Returns
        -------
        Listing
            See `data.families.images.prepare`.

        Raises
        ------
        UserError
            When the labels cannot be read, or a part is left without any; see `divided`.
        """
        rows = read_csv(raw / LABELS)
        rows = rows.assign(target=rows["target"].astype(float), place=0)
        return Listing(rows.assign(split=divided(rows, self.divided, raw / LABELS)), [raw / IMAGES])


def download(
    folder: Path,
    settings: Settings,
    *,
    mirror: Path | None,
    checksums: Path,
    embedding: Embedding | None,
) -> None:
    """Write the digits as an archive of PNG files, their labels, and ``manifest.json``.

    The same version of scikit-learn gives the same bytes.

    Parameters
    ----------
    folder : Path
        The dataset's raw folder.
    settings, mirror, checksums, embedding
        Not used: nothing is fetched. They are there because every dataset is called alike.

    Raises
    ------
    UserError
        When the disk does not take the files.
    """
    from PIL import Image
    from sklearn.datasets import load_digits

    digits = load_digits()
    greys = (digits.images * (255 / 16)).round().astype("uint8")
    names = [f"{number:04d}.png" for number in range(len(greys))]
    with whole(folder / IMAGES) as part, zipfile.ZipFile(part, "w") as archive:
        for name, grey in zip(names, greys, strict=True):
            packed = io.BytesIO()
            Image.fromarray(grey).save(packed, "png")
            archive.writestr(zipfile.ZipInfo(name), packed.getvalue())
    lines = [f"{name},{digit}" for name, digit in zip(names, digits.target, strict=True)]
    write_text(folder / LABELS, "\n".join(["file,target", *lines]) + "\n")
    note_made(folder, (IMAGES, LABELS), SOURCE)
