"""Word vectors in GloVe's format, from a file that may be compressed."""

import codecs
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

from regression_unlearning.errors import UserError
from regression_unlearning.settings.embedding import Embedding


@contextmanager
def _open_vectors(path: Path, member: str) -> Iterator[BinaryIO]:
    """Open a vector file as a stream of bytes, whatever its compression.

    Raises
    ------
    UserError
        When the file is missing or broken, or the archive lacks the member.
    """
    try:
        yield from _unpacked(path, member)
    except (OSError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise UserError(f"cannot read the word vectors of {path}: {error}") from error


def _unpacked(path: Path, member: str) -> Iterator[BinaryIO]:
    with path.open("rb") as file:
        magic = file.read(4)
        file.seek(0)
        if magic[:2] == b"\x1f\x8b":
            with gzip.open(file) as unpacked:
                yield io.BufferedReader(unpacked, 1 << 20)
        elif magic == b"PK\x03\x04":
            with zipfile.ZipFile(file) as archive, archive.open(member) as unpacked:
                yield unpacked
        else:
            yield file


def read_vectors(path: Path, words: Iterable[str], embedding: Embedding) -> dict[str, np.ndarray]:
    """Read the vectors of some words from a file in GloVe's format.

    A line is a word and `dimension` numbers; the word may hold spaces. Only lines that begin with
    one of the words are parsed, so a file of millions of lines costs one pass and little memory.

    Parameters
    ----------
    path : Path
        The file, plain, gzip or zip.
    words : iterable of str
        The words.
    embedding : Embedding
        Its `dimension`, and the `member` of a zip archive.

    Returns
    -------
    dict
        Word to float32 array of shape (dimension,).

    Raises
    ------
    UserError
        When a line has another number of numbers than the embedding's dimension, no word has a
        vector, or the file cannot be read.
    """
    by_first_bytes = {word.encode(): word for word in words}
    vectors: dict[str, np.ndarray] = {}
    with _open_vectors(path, embedding.member) as lines:
        for number, line in enumerate(lines, 1):
            if number == 1:
                line = line.removeprefix(codecs.BOM_UTF8)
            first = line[: line.find(b" ")]
            if first not in by_first_bytes:
                continue
            fields = line.rstrip().rsplit(b" ", embedding.dimension)
            try:
                vector = np.array(fields[1:], dtype=np.float32)
            except ValueError:
                vector = np.empty(0, np.float32)
            if len(vector) != embedding.dimension:
                raise UserError(
                    f"{path}, line {number}: not a word and {embedding.dimension} numbers; "
                    "set the embedding's dimension to that of the file."
                )
            if fields[0] == first:
                if not np.isfinite(vector).all():
                    raise UserError(
                        f"{path}, line {number}: a vector with an infinite or missing number."
                    )
                vectors.setdefault(by_first_bytes[first], vector)
    if not vectors:
        raise UserError(
            f"{path}: none of the sentences' words has a vector of {embedding.dimension} numbers; "
            "is it the right file, and the embedding's dimension that of the file?"
        )
    return vectors
