"""Files that are written whole or not at all, and messages about files."""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from regression_unlearning import seals
from regression_unlearning.errors import UserError

#: The key of a record that holds its seal.
SEAL = "seal"
#: The key of a record that holds its file's name: one seed's file must not pass for another's.
WRITTEN_AS = "written_as"
#: Part of a message about a path that does not begin at the root.
RELATIVE = " (paths are relative to the project's folder)"
ROOM, LEAVE = "make room", "get the permission to write there, or choose another place"
AWAY = "move the file or folder in its place away"
#: What to do where the system refuses to write, by its error number.
REMEDIES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), ROOM),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), LEAVE),
    **dict.fromkeys((errno.EISDIR, errno.ENOTDIR, errno.EEXIST), AWAY),
}


@contextmanager
def whole(path: str | os.PathLike) -> Iterator[Path]:
    """Yield a name to write under; rename it to `path` when the block succeeds, else remove it.

    The temporary name keeps the suffix of `path` (some writers choose their format by it) and
    carries the process number, so that two writers never share it.

    Raises
    ------
    UserError
        When the system refuses to write (disk full, quota, no permission), or a folder lies there.
    """
    path = Path(path)
    free(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(refused(f"make the folder {path.parent}", error)) from error
    part = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        yield part
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(path)
    except Exception as error:
        # safetensors reports the system's refusal by an exception of its own
        if not isinstance(error, OSError) and type(error).__name__ != "SafetensorError":
            raise
        raise UserError(refused(f"write {path}", error)) from error
    finally:
        with suppress(OSError):
            part.unlink()


def free(path: Path) -> None:
    """Raise an error where a folder lies in the place of a file to write.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    UserError
        Where a folder lies there.
    """
    if path.is_dir():
        error = IsADirectoryError(errno.EISDIR, "a folder lies there")
        raise UserError(refused(f"write {path}", error))


def refused(what: str, error: Exception) -> str:
    """Message for a write that the system refused, with what to do."""
    reason = getattr(error, "strerror", None) or error
    advice = REMEDIES.get(getattr(error, "errno", 0) or 0, f"{ROOM} or correct the permission")
    return (
        f"cannot {what}: {reason}. Nothing was left half-written; {advice}, then run the same "
        "command again."
    )


def write_text(path: str | os.PathLike, text: str) -> None:
    """Write `text` to `path` (UTF-8), whole or not at all."""
    with whole(path) as part:
        part.write_text(text, encoding="utf-8")


def write_own(path: Path, text: str) -> None:
    """Write a file that belongs to the workflow alone; a folder in its place is deleted.

    Parameters
    ----------
    path, text : Path, str
        The file and its content (UTF-8).
    """
    if path.is_dir():
        shutil.rmtree(path)
    write_text(path, text)


def write_json(path: str | os.PathLike, value: Any) -> None:
    """Write `value` as readable JSON, whole or not at all."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: str | os.PathLike) -> Any:
    """Read a JSON file.

    Raises
    ------
    UserError
        When it is missing, or no JSON.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        why = getattr(error, "strerror", None) or error
        raise UserError(f"cannot read {path}: {why}; restore it, or make it anew.") from error


def write_record(path: str | os.PathLike, values: Mapping[str, Any]) -> None:
    """Write a sealed JSON object: see `seals`."""
    record = {**values, WRITTEN_AS: Path(path).name, SEAL: seals.OPEN}
    text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False)
    with whole(path) as part:
        part.write_text(text + "\n", encoding="utf-8")
        seals.seal(part)


def read_record(path: str | os.PathLike, *, plain: bool = False) -> dict[str, Any]:
    """Read what `write_record` has written; with `plain` also a plug-in's JSON without a seal.

    Raises
    ------
    UserError
        When it is missing, or not what was written there.
    """
    if plain and not seals.sealed(Path(path)):
        return read_json(path)
    seals.check(path)
    values = read_json(path)
    del values[SEAL]
    _check_name(path, values.pop(WRITTEN_AS, ""))
    return values


def _check_name(path: str | os.PathLike, name: str) -> None:
    """Refuse a file that was written under another name; files of an earlier version have none."""
    if name not in ("", Path(path).name):
        raise UserError(seals.damaged(path, f"it was written as {name}"))


def write_npz(
    path: str | os.PathLike, arrays: Mapping[str, Any], *, compressed: bool = True
) -> None:
    """Write named arrays as a sealed ``.npz``: the same arrays give the same bytes.

    Parameters
    ----------
    path : path
        The file.
    arrays : mapping of str to array
        None of Python objects.
    compressed : bool
        Whether the arrays are compressed.
    """
    import zipfile

    import numpy as np

    kind = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with whole(path) as part:
        with zipfile.ZipFile(part, "w") as out:
            out.comment = f"{Path(path).name} {seals.OPEN}".encode()
            for name, array in arrays.items():
                entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
                entry.compress_type = kind
                with out.open(entry, "w", force_zip64=True) as file:
                    np.lib.format.write_array(file, np.asanyarray(array), allow_pickle=False)
        seals.seal(part)


def read_npz(path: str | os.PathLike, names: Iterable[str] | None = None) -> dict[str, Any]:
    """Read the arrays of an ``.npz``: all of them, or those named.

    Raises
    ------
    UserError
        When the file is missing or not what was written, or lacks an array.
    """
    import numpy as np

    seals.check(path)
    with np.load(path, allow_pickle=False) as file:
        _check_name(path, file.zip.comment.decode().rpartition(seals.MARK)[0].strip())
        names = file.files if names is None else list(names)
        if lacking := [name for name in names if name not in file]:
            raise UserError(f"{path} holds no array {lacking[0]!r}; delete it and run again.")
        return {name: file[name] for name in names}


def not_there(path: str, kind: str) -> str:
    """Message for a path of the settings that leads to no file, or to no folder.

    Parameters
    ----------
    path : str
        The path as it was given.
    kind : {"file", "folder"}
        What it should be.
    """
    if Path(path).expanduser().exists():
        return f"{path} is no {kind}; name a {kind}."
    relative = "" if Path(path).expanduser().is_absolute() else RELATIVE
    return f"{path} does not exist{relative}."


def sha256(path: str | os.PathLike) -> str:
    """SHA-256 of a file's content, in hexadecimal; see `digest_of`."""
    return digest_of(path, "sha256")


def digest_of(path: str | os.PathLike, algorithm: str) -> str:
    """Hash of a file's content by an algorithm of hashlib, in hexadecimal.

    Raises
    ------
    UserError
        When it cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, algorithm).hexdigest()
    except OSError as error:
        why = f"cannot read {path}: {error.strerror}"
        raise UserError(f"{why}; put the right file there, or make it anew.") from error
