"""Files that hold the SHA-256 of their own content, so that a reader notices any changed byte.

A sealed file holds ``MARK`` and 64 digits in one place: in JSON as its last key, in an ``.npz`` as
the archive's comment, in CSV as its last line, in safetensors as a value of the header. The digits
are the hash of the file with zeros in their place.
"""

import hashlib
import mmap
import os
from pathlib import Path

from regression_unlearning.errors import UserError

MARK = "sealed-sha256-"
#: The place for the hash, which a writer puts into the file before `seal`.
OPEN = MARK + "0" * 64
#: Bytes at the end of the file that are searched for the mark, where it is not in a header.
NEAR = 256


def seal(path: Path) -> None:
    """Put the hash of a file's content into the place that `OPEN` reserves.

    Parameters
    ----------
    path : Path
        A file that holds `OPEN` once; it is changed in place.

    Raises
    ------
    ValueError
        When the file holds no such place.
    """
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as content:
        if (start := content.rfind(OPEN.encode())) < 0:
            raise ValueError(f"{path} keeps no place for a seal")
        at = start + len(MARK)
        content[at : at + 64] = hashlib.sha256(content).hexdigest().encode()
        content.flush()


def check(path: str | os.PathLike, *, header: bool = False) -> None:
    """Check that a sealed file holds what was written.

    Parameters
    ----------
    path : path
        The file.
    header : bool
        Whether its mark is at the beginning of the file, as in safetensors; else it is at the end.

    Raises
    ------
    UserError
        When it does not exist, is not sealed, or any byte differs.
    """
    path = Path(path)
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as all_:
            start = 0 if header else max(0, len(all_) - NEAR)
            at = (all_.find if header else all_.rfind)(MARK.encode(), start) + len(MARK)
            stated = all_[at : at + 64] if at >= len(MARK) else b""
            digest = hashlib.sha256(memoryview(all_)[:at])
            digest.update(b"0" * 64)
            digest.update(memoryview(all_)[at + 64 :])
    except FileNotFoundError:
        raise UserError(f"{path} does not exist.") from None
    except (OSError, ValueError) as error:
        raise UserError(damaged(path, getattr(error, "strerror", None) or "it is empty")) from None
    if len(stated) < 64:
        raise UserError(damaged(path, "it does not hold the SHA-256 of its content"))
    if stated != digest.hexdigest().encode():
        expected = stated.decode("ascii", "replace")[:12]
        reason = f"its content has the SHA-256 {digest.hexdigest()[:12]}…, not {expected}…"
        raise UserError(damaged(path, reason))


def check_recorded(path: Path, expected: object, record: Path) -> None:
    """Check that a file has the SHA-256 that a record gives for it.

    Parameters
    ----------
    path, record : Path
        The file, and the record, for the message.
    expected : object
        What the record gives.

    Raises
    ------
    UserError
        When the file does not exist, or has another SHA-256.
    """
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UserError(damaged(path, error.strerror or str(error))) from None
    if digest != expected:
        reason = f"it has the SHA-256 {digest[:12]}…; {record} gives {str(expected)[:12]}…"
        raise UserError(damaged(path, reason))


def sealed(path: Path) -> bool:
    """Whether a file exists and bears a mark, right or wrong.

    Parameters
    ----------
    path : Path
        The file.
    """
    return path.is_file() and MARK.encode() in path.read_bytes()


def damaged(path: str | os.PathLike, why: str) -> str:
    """Message for a file that is not what this project wrote, with what to do."""
    return f"{path} is not what was written: {why}. Delete it and run the same command again."
