"""Random crops and flips of a whole batch at once, by one indexing operation."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import Tensor


def crops(
    rows: int, padding: int, flip: bool, device: "str | torch.device" = "cpu"
) -> tuple["Tensor", "Tensor", "Tensor"]:
    """Draw each image's crop position and mirroring, in one call of the device's generator.

    On a GPU they are drawn there: numbers sent from the host would hold up each step.

    Parameters
    ----------
    rows, padding : int
        Images, and the margin in pixels.
    flip : bool
        Whether half of the images are mirrored.
    device : str or device
        Where they are drawn.

    Returns
    -------
    down, right : Tensor of int64 (rows,)
        The crop's shift against the image in pixels, from -padding to padding.
    mirrored : Tensor of bool (rows,)
    """
    import torch

    steps = 2 * padding + 1
    drawn = torch.randint(0, steps * steps * (2 if flip else 1), (rows,), device=device)
    mirrored, position = drawn // (steps * steps), drawn % (steps * steps)
    return position // steps - padding, position % steps - padding, mirrored.bool()


def cut(images: "Tensor", down: "Tensor", right: "Tensor", mirrored: "Tensor") -> "Tensor":
    """Crop images, padded with black, at the given positions, and mirror some of them.

    Parameters
    ----------
    images : Tensor of uint8 (rows, channels, height, width)
        Images of any layout in memory.
    down, right, mirrored : Tensor (rows,)
        See `crops`.

    Returns
    -------
    Tensor of uint8 (rows, channels, height, width)
        With the channels last in memory.
    """
    import torch
    from torch.nn.functional import pad

    rows, _, height, width = images.shape
    device = images.device
    vertical = torch.arange(height, device=device) + down[:, None]
    across = torch.arange(width, device=device)
    across = torch.where(mirrored[:, None], width - 1 - across, across) + right[:, None]
    # One black line below and one to the right serve as the whole margin.
    vertical = torch.where((vertical < 0) | (vertical >= height), height, vertical)
    across = torch.where((across < 0) | (across >= width), width, across)
    margined = pad(images, (0, 1, 0, 1)).permute(0, 2, 3, 1).contiguous()
    first = torch.arange(rows, device=device)[:, None, None]
    return margined[first, vertical[:, :, None], across[:, None, :]].permute(0, 3, 1, 2)
