"""Write safetensors files whose arrays need not fit the memory.

The safetensors library writes arrays that are held whole. The format is open: eight bytes with the
header's length, the header as JSON, the arrays' bytes one after the other.
https://github.com/huggingface/safetensors#format
"""

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from regression_unlearning.data.work import Streamed, blocks

#: The types of numbers that a file may hold, and what the format calls them.
TYPES = {
    "uint8": "U8", "int8": "I8", "int16": "I16", "int32": "I32", "int64": "I64",
    "float16": "F16", "float32": "F32", "float64": "F64",
}  # fmt: skip


def digest(arrays: Mapping[str, np.ndarray | Streamed]) -> str:
    """SHA-256 over names, types, shapes and content."""
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
