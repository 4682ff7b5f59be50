"""Images with a number each: from files to one array, by default of 32 x 32 pixels."""

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from regression_unlearning.data.checks import check_splits
from regression_unlearning.data.families.images.decoding import decode_all
from regression_unlearning.data.families.images.places import locate, plain
from regression_unlearning.data.work import Streamed, Work
from regression_unlearning.files import whole
from regression_unlearning.settings.section import Count, Section, Share

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)

#: Most processes that `prepare` can use.
PROCESSES = 16
#: Images that were left out, and why.
DROPPED = "dropped.csv"


class Pictures(Section):
    """What every source of images has to set; a loader's settings derive from it.

    `size` is the pixels per side, `channels` 3 for colours and 1 for grey; up to `broken_share` of
    the images may fail to decode, and are left out. An image is turned as its EXIF orientation
    requires, 16 bits per channel become 8, and transparent pixels are laid on white.
    """

    size: Count = 32
    channels: Literal[1, 3] = 3
    broken_share: Share = 0.01


@dataclass(frozen=True)
class Listing:
    """The images of a dataset as its loader lists them.

    Attributes
    ----------
    rows : DataFrame
        ``file``, ``target``, ``split``, ``place`` (index into `places`), and columns to select
        forget sets by.
    places : list of Path
        Folders or archives.
    dropped : DataFrame
        ``file`` and ``reason`` of rows that the loader leaves out by its rules.
    """

    rows: "pd.DataFrame"
    places: list[Path]
    dropped: "pd.DataFrame | None" = field(default=None)


def prepare(
    raw: Path, source: Section, embedding: Any, work: Work
) -> tuple["pd.DataFrame", dict[str, np.ndarray | Streamed]]:
    """Decode and resize the images that a loader lists.

    Parameters
    ----------
    raw : Path
        The raw folder.
    source : Pictures
        The loader's settings; ``source.listing(raw)`` gives the `Listing`.
    embedding
        Not used.
    work : Work
        Where the decoded parts are kept until the dataset is whole.

    Returns
    -------
    rows : DataFrame
        Columns row, id (the file), split, target, and the loader's further ones.
    arrays : dict
        ``images`` uint8 (rows, channels, size, size).

    Raises
    ------
    UserError
        When an image is missing, too many are broken, or an archive is unsafe.
    """
    import pandas as pd

    listing = source.listing(raw)
    rows = listing.rows.reset_index(drop=True)
    check_splits(rows, raw)
    images: list[Any] = [None] * len(rows)
    for number, source_of_images in enumerate(listing.places):
        chosen = np.flatnonzero(rows["place"].to_numpy() == number)
        readable = plain(source_of_images, work.unfinished)
        entries = locate(rows["file"].iloc[chosen].tolist(), readable, "the list of images")
        for at, entry in zip(chosen, entries, strict=True):
            images[at] = (readable, entry)
    names = rows["file"].tolist()
    pixels, broken = decode_all(
        images,
        names,
        work,
        size=source.size,
        channels=source.channels,
        broken_share=source.broken_share,
    )
    left_out = pd.DataFrame(
        {"file": [names[at] for at in broken], "reason": [f"broken: {w}" for w in broken.values()]}
    )
    if listing.dropped is not None:
        counts = listing.dropped["reason"].value_counts()
        for reason, count in counts.items():
            log.info("left out, %s: %d", reason, count)
        left_out = pd.concat([listing.dropped, left_out], ignore_index=True)
    with whole(work.folder / DROPPED) as part:
        left_out.to_csv(part, index=False)
    rows = rows.drop(index=list(broken)).drop(columns="place").rename(columns={"file": "id"})
    rows.insert(0, "row", np.arange(len(rows)))
    first = ["row", "id", "split", "target"]
    return rows[[*first, *rows.columns.difference(first, sort=False)]], {"images": pixels}
