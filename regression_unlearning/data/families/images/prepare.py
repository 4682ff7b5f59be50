"""Images with a number each: from files to one array, and from the array to mini-batches.

What the paper's image experiments do (Section 6.1 and the released code): 32 x 32 pixels, in
training a random crop with a margin of 16 black pixels and a random flip, mean and deviation 0.5.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import Field

from regression_unlearning.data.families.images.augmentation import cut, places
from regression_unlearning.data.families.images.decoding import decode_all
from regression_unlearning.data.families.images.places import locate, plain
from regression_unlearning.data.prepared import check_splits
from regression_unlearning.data.work import Streamed, Work
from regression_unlearning.files import whole
from regression_unlearning.settings.section import Count, Section, Share

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)

#: Most processes that preparing puts to use.
PROCESSES = 16
#: Images that were left out, and why.
DROPPED = "dropped.csv"
#: Share of a device's free memory that the images may fill.
FITS = 0.5


class Pictures(Section):
    """What every source of images lets one choose; a loader's settings derive from it.

    `size` is the pixels a side, `channels` 3 for colours and 1 for grey; up to `broken_share` of
    the images may fail to decode, and are left out.
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
        ``file`` and ``reason`` of rows that the loader's rules leave out.
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
    for number, place in enumerate(listing.places):
        chosen = np.flatnonzero(rows["place"].to_numpy() == number)
        readable = plain(place, work.unfinished)
        found = locate(rows["file"].iloc[chosen].tolist(), readable, "the list of images")
        for at, entry in zip(chosen, found, strict=True):
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


class Reading(Section):
    """How mini-batches are made.

    In training an image is cut at random out of itself with `padding` black pixels around, and
    mirrored in half of the cases where `flip` says so; a value v of 0 to 1 becomes
    (v - mean) / deviation. `whole_on_device` keeps all images in the device's memory: always,
    never, or where they take at most half of what is free there.
    """

    padding: Annotated[int, Field(ge=0)] = 16
    flip: bool = True
    mean: float = 0.5
    deviation: Annotated[float, Field(gt=0)] = 0.5
    whole_on_device: Literal["fits", "always", "never"] = "fits"


class Inputs:
    """Images on a device: a batch is a gather, and in training a second one.

    Parameters
    ----------
    arrays : mapping of Tensor
        ``images`` uint8 (rows, channels, size, size), on the CPU.
    reading : Reading
        How batches are made.
    device : str or device
        Where batches are made.

    Attributes
    ----------
    channels, size : int
        Shape of an image.
    images : Tensor
        On the device where they fit, else on the CPU.
    """

    def __init__(self, arrays: Mapping[str, Any], reading: Reading | None = None, device="cpu"):
        import torch

        self.reading = reading or Reading()
        self.device = torch.device(device)
        self.images = arrays["images"]
        _, self.channels, self.size, _ = self.images.shape
        self.augments = self.reading.padding > 0 or self.reading.flip
        if self.device.type != "cpu" and self._fits():
            self.images = self.images.to(self.device)

    def _fits(self) -> bool:
        import torch

        if self.reading.whole_on_device != "fits":
            return self.reading.whole_on_device == "always"
        free, _ = torch.cuda.mem_get_info(self.device)
        if self.images.nbytes <= FITS * free:
            return True
        log.info("the images do not fit the device's memory: each batch is sent there")
        return False

    def batch(self, rows, *, training: bool = False):
        """Images of some rows, as a network reads them.

        Parameters
        ----------
        rows : Tensor of int64 (n,)
            Row numbers.
        training : bool
            Whether to cut and mirror at random, by torch's global generator.

        Returns
        -------
        Tensor of float32 (n, channels, size, size)
            With the channels last in memory.
        """
        import torch

        pixels = self._gathered(rows)
        if training and self.augments:
            drawn = places(len(rows), self.reading.padding, self.reading.flip)
            pixels = cut(pixels, *(d.to(self.device, non_blocking=True) for d in drawn))
        scale = 1 / (255 * self.reading.deviation)
        pixels = pixels.to(torch.float32, memory_format=torch.channels_last)
        return pixels.mul_(scale).sub_(self.reading.mean / self.reading.deviation)

    def _gathered(self, rows):
        """Pixels of some rows, on the device."""
        import torch

        if self.images.device.type == self.device.type:
            return self.images[rows]
        sent = torch.empty((len(rows), *self.images.shape[1:]), dtype=torch.uint8, pin_memory=True)
        torch.index_select(self.images, 0, rows.cpu(), out=sent)
        return sent.to(self.device, non_blocking=True)
