"""One image from its bytes to pixels: upright, with 8 bits, without transparency, square."""

import io
import struct
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from regression_unlearning.data.fetching.archives import DAMAGED

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

#: Version of these rules: parts decoded by another version are decoded anew.
RULES = 2
#: What reading and decoding raise for a file that is no image, or a damaged one.
BROKEN = (
    *DAMAGED, ValueError, SyntaxError, TypeError, KeyError, IndexError, OverflowError, struct.error,
)  # fmt: skip
TURNED = "were turned as their EXIF orientation says"
SCALED = "have 16 bits a channel, which became 8"
LAID = "have transparency, and were laid on white"


def decode(content: bytes, size: int, channels: int) -> tuple[np.ndarray, list[str]]:
    """Decode one image, and stretch it to a square with Pillow's bilinear filter.

    It is turned as its EXIF orientation requires; values of 0 to 65535 become 0 to 255, rounded;
    transparent pixels are laid on white.

    Parameters
    ----------
    content : bytes
        The image's file.
    size, channels : int
        Pixels per side; 3 for colours, 1 for grey.

    Returns
    -------
    uint8 array (channels, size, size)
    list of str
        Which of these conversions it needed: `TURNED`, `SCALED`, `LAID`.

    Raises
    ------
    OSError, ValueError, ...
        One of `BROKEN`, when it is no image, or its pixels are numbers of unknown range.
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content)) as opened:
            turned = _turn(opened)
            image, scaled = _to_bytes(opened)
            image, laid = _lay_on_white(image)
            image = image.convert("RGB" if channels == 3 else "L")
            pixels = np.asarray(image.resize((size, size), Image.Resampling.BILINEAR))
    except Image.DecompressionBombError as error:
        raise ValueError(str(error)) from error
    did = zip((TURNED, SCALED, LAID), (turned, scaled, laid), strict=True)
    done = [what for what, needed in did if needed]
    return pixels.reshape(size, size, channels).transpose(2, 0, 1), done


def _turn(image: "Picture") -> bool:
    """Turn an image upright in place; return whether it was not. Damaged EXIF data are ignored."""
    from PIL import ExifTags, ImageOps

    image.load()
    with suppress(*BROKEN), warnings.catch_warnings(action="ignore"):
        if image.getexif().get(ExifTags.Base.Orientation, 1) in range(2, 9):
            ImageOps.exif_transpose(image, in_place=True)
            return True
    return False


def _to_bytes(image: "Picture") -> tuple["Picture", bool]:
    """Return an image of 8 bits per channel, and whether it had 16."""
    from PIL import Image

    if image.mode.startswith("I;16") or (image.mode == "I" and image.format in ("PNG", "PPM")):
        values = np.asarray(image).astype(np.uint32)
        return Image.fromarray(((values + 128) // 257).astype(np.uint8)), True
    if image.mode in ("I", "F"):
        kind = "whole" if image.mode == "I" else "floating-point"
        raise ValueError(
            f"its pixels are {kind} numbers of 32 bits, whose range it does not say; save it with "
            "8 or 16 bits a channel"
        )
    return image, False


def _lay_on_white(image: "Picture") -> tuple["Picture", bool]:
    """Return an image without transparency, and whether it had any."""
    from PIL import Image

    if not image.has_transparency_data:
        return image, False
    clear = image.convert("RGBA")
    alpha = clear.getchannel("A")
    if alpha.getextrema()[0] == 255:
        return image, False
    white = Image.new("RGB", clear.size, "white")
    white.paste(clear, mask=alpha)
    return white, True
