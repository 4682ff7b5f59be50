"""Write and read safetensors files whose arrays need not fit the memory.

The safetensors library writes arrays that are held whole. The format is open: eight bytes with the
header's length, the header as JSON, the arrays' bytes one after the other.
https://github.com/huggingface/safetensors#format
"""

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from regression_unlearning import seals
from regression_unlearning.data.work import Streamed, blocks
from regression_unlearning.errors import UserError

if TYPE_CHECKING:
    from torch import Tensor

#: The types of numbers that a file may hold, and what the format calls them.
TYPES = {
    "uint8": "U8", "int8": "I8", "int16": "I16", "int32": "I32", "int64": "I64",
    "float16": "F16", "float32": "F32", "float64": "F64",
}  # fmt: skip


def digest(arrays: Mapping[str, np.ndarray | Streamed]) -> str:
    """SHA-256 over names, types, shapes and content.

    Parameters
    ----------
    arrays : mapping of str to array or Streamed
        Arrays by name; their order does not count.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    found = hashlib.sha256()
    for key in sorted(arrays):
        array = arrays[key]
        found.update(f"{key} {array.dtype} {tuple(array.shape)}".encode())
        for block in blocks(array):
            found.update(block)
    return found.hexdigest()


def write(
    path: Path, arrays: Mapping[str, np.ndarray | Streamed], metadata: Mapping[str, str]
) -> None:
    """Write arrays block by block as a safetensors file.

    Parameters
    ----------
    path : Path
        The file.
    arrays : mapping
        Arrays by name; the widest numbers go first, so that all are aligned.
    metadata : mapping of str
        Text for the header.

    Raises
    ------
    ValueError
        When a stream gives more or fewer rows than its shape says.
    """
    order = sorted(arrays, key=lambda key: (-np.dtype(arrays[key].dtype).itemsize, key))
    header: dict[str, object] = {"__metadata__": dict(metadata)}
    end = 0
    for key in order:
        dtype = np.dtype(arrays[key].dtype)
        start, end = end, end + dtype.itemsize * math.prod(arrays[key].shape)
        header[key] = {
            "dtype": TYPES[dtype.name],
            "shape": list(arrays[key].shape),
            "data_offsets": [start, end],
        }
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for key in order:
            begun = file.tell()
            for block in blocks(arrays[key]):
                file.write(memoryview(block).cast("B") if block.size else b"")
            start, stop = header[key]["data_offsets"]
            if file.tell() - begun != stop - start:
                raise ValueError(f"{key}: its blocks are not of the shape {arrays[key].shape}.")


def read(path: Path) -> "tuple[dict[str, Tensor], str, str]":
    """Read the arrays of a prepared dataset, mapped: only what is looked at is in memory.

    Parameters
    ----------
    path : Path
        The safetensors file that `write` wrote.

    Returns
    -------
    arrays : dict of Tensor
        By name, on the CPU.
    family, sha256 : str
        The dataset's family and the arrays' `digest`, from the header.

    Raises
    ------
    UserError
        When the file cannot be read, or its arrays are not those of the hash.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            arrays = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
            told = json.loads(file.metadata()["prepared"])
            family, sha256 = told["family"], told["sha256"]
            found = digest({key: one.numpy() for key, one in arrays.items()})
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise UserError(seals.damaged(path, f"it cannot be read ({error})")) from error
    if found != sha256:
        said = f"its arrays have the SHA-256 {found[:12]}…, not {str(sha256)[:12]}…"
        raise UserError(seals.damaged(path, said))
    return arrays, family, sha256
