"""Mini-batches of images: gathered on a device, cropped and mirrored at random in training.

As in the paper's image experiments (Section 6.1 and the released code): in training a random crop
with a margin of 16 black pixels and a random flip; mean and deviation 0.5.
"""

import logging
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from regression_unlearning.data.families.images.augmentation import crops, cut
from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import Count, Positive, Section, Whole, listed

log = logging.getLogger(__name__)

#: Share of a device's free memory that the images may fill.
FITS = 0.5


class Reading(Section):
    """How mini-batches are made.

    In training an image gets a margin of `padding` black pixels, is cropped to its own size at a
    random place, and mirrored in half of the cases where `flip` is true; a value v of 0 to 1
    becomes (v - mean) / deviation (the key may also be std). `whole_on_device` keeps all images in
    the device's memory: always, never, or where they take at most half of what is free there.
    """

    padding: Whole = 16
    flip: bool = True
    mean: Annotated[tuple[float, ...], listed(int, float), Field(min_length=1)] = (0.5,)
    """Subtracted from a value of 0 to 1; one number, or one for each channel."""
    deviation: Annotated[tuple[Positive, ...], listed(int, float), Field(min_length=1)] = (0.5,)
    """Divisor of the difference; one number, or one for each channel."""
    crop: Count | None = None
    """Pixels per side that the network reads, the middle of the image or of its random crop; null:
    all."""
    whole_on_device: Literal["fits", "always", "never"] = "fits"

    @model_validator(mode="before")
    @classmethod
    def _std_is_the_deviation(cls, values: Any) -> Any:
        if isinstance(values, Mapping) and "std" in values and "deviation" not in values:
            return {("deviation" if key == "std" else key): value for key, value in values.items()}
        return values


class Inputs:
    """Images on a device: a batch is one gather, and in training a second one.

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
        Shape of an image as a network reads it.
    images : Tensor
        On the device where they fit, else on the CPU.
    replayable : bool
        Whether they are on the device.
    """

    def __init__(self, arrays: Mapping[str, Any], reading: Reading | None = None, device="cpu"):
        import torch

        self.reading = reading or Reading()
        self.device = torch.device(device)
        self.images = arrays["images"]
        _, self.channels, pixels, _ = self.images.shape
        self.size = self.reading.crop or pixels
        if self.size > pixels:
            raise UserError(f"reading.crop: {self.size} of images of {pixels} pixels a side.")
        self.edge = round((pixels - self.size) / 2)
        deviation = self._of_channels(self.reading.deviation, "deviation")
        self.scale = 1 / (255 * deviation)
        self.shift = self._of_channels(self.reading.mean, "mean") / deviation
        self.augments = self.reading.padding > 0 or self.reading.flip
        if self.device.type != "cpu" and self._fits():
            self.images = self.images.to(self.device)
        self.replayable = self._is_here

    def _of_channels(self, value: tuple[float, ...], key: str):
        """A number, or Tensor (channels, 1, 1)."""
        import torch

        if len(value) == 1:
            return value[0]
        if len(value) != self.channels:
            raise UserError(
                f"reading.{key}: {len(value)} numbers for images of {self.channels} channels; give "
                "one for each, or one number for all."
            )
        return torch.tensor(value, device=self.device)[:, None, None]

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
            Whether to crop and mirror at random, by torch's global generator of the device.

        Returns
        -------
        Tensor of float32 (n, channels, size, size)
            With the channels last in memory.
        """
        import torch

        pixels = self._gathered(rows)
        if training and self.augments:
            drawn = crops(len(rows), self.reading.padding, self.reading.flip, pixels.device)
            pixels = cut(pixels, *drawn)
        if self.edge:
            middle = slice(self.edge, self.edge + self.size)
            pixels = pixels[..., middle, middle]
        pixels = pixels.to(torch.float32, memory_format=torch.channels_last)
        return pixels.mul_(self.scale).sub_(self.shift)

    @property
    def _is_here(self) -> bool:
        """Whether the images lie where batches are made."""
        return self.images.device.type == self.device.type

    def _gathered(self, rows):
        """Pixels of some rows, on the device."""
        import torch

        if self._is_here:
            return self.images[rows]
        sent = torch.empty((len(rows), *self.images.shape[1:]), dtype=torch.uint8, pin_memory=True)
        torch.index_select(self.images, 0, rows.cpu(), out=sent)
        return sent.to(self.device, non_blocking=True)
