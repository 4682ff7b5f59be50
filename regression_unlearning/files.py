"""Files that appear whole or not at all."""

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
#: The key of a record that holds the name of its file: another seed's whole file is no stand-in.
WRITTEN_AS = "written_as"
#: What a message says of a path that does not begin at the root.
RELATIVE = " (paths are relative to the project's folder)"
ROOM, LEAVE = "make room", "let yourself write there, or choose another place"
AWAY = "move away what lies in its place"
#: What to do where the system refuses to write, by its number.
REMEDIES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), ROOM),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), LEAVE),
    **dict.fromkeys((errno.EISDIR, errno.ENOTDIR, errno.EEXIST), AWAY),
}


@contextmanager
def whole(path: str | os.PathLike) -> Iterator[Path]:
    """Give a name to write under; rename it to `path` when the block ends well, else remove it.

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
        # safetensors passes the system's refusal on under a name of its own
        if not isinstance(error, OSError) and type(error).__name__ != "SafetensorError":
            raise
        raise UserError(refused(f"write {path}", error)) from error
    finally:
        with suppress(OSError):
            part.unlink()


def free(path: Path) -> None:
    """Refuse to write where a folder lies.

    Raises
    ------
    UserError
        Where one does.
    """
    if path.is_dir():
        error = IsADirectoryError(errno.EISDIR, "a folder lies there")
        raise UserError(refused(f"write {path}", error))


def refused(what: str, error: Exception) -> str:
    """Say what the system did not let be written, and what to do."""
    reason = getattr(error, "strerror", None) or error
    advice = REMEDIES.get(getattr(error, "errno", 0) or 0, f"{ROOM} or mend the permission")
    return (
        f"cannot {what}: {reason}. Nothing was left half-written; {advice}, then run the same "
        "command again."
    )


def write_text(path: str | os.PathLike, text: str) -> None:
    """Write `text` to `path` (UTF-8), whole or not at all."""
    with whole(path) as part:
        part.write_text(text, encoding="utf-8")


def write_own(path: Path, text: str) -> None:
    """Write a file that is the workflow's alone; a folder in its place is taken away."""
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
    told = {**values, WRITTEN_AS: Path(path).name, SEAL: seals.OPEN}
    text = json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False)
    with whole(path) as part:
        part.write_text(text + "\n", encoding="utf-8")
        seals.seal(part)


def read_record(path: str | os.PathLike, *, plain: bool = False) -> dict[str, Any]:
    """Read what `write_record` has written; with `plain` also JSON without a seal, of a plug-in.

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
    """Refuse a file that was written under another name; one of an earlier version has none."""
    if name not in ("", Path(path).name):
        raise UserError(seals.damaged(path, f"it was written as {name}"))


def write_npz(
    path: str | os.PathLike, arrays: Mapping[str, Any], *, compressed: bool = True
) -> None:
    """Write named arrays as a sealed ``.npz``: the same arrays, the same bytes."""
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


def shown_path(path: str | Path) -> str:
    """A path from the working folder, where it leads into it; else as it is."""
    path, here = Path(path), Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def not_there(path: str, kind: str) -> str:
    """Say that a path of the settings leads to no file, or no folder.

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


def not_utf8(path: str | os.PathLike) -> UserError:
    """Make the error for a file that is no UTF-8 text: what it is, by its first bytes."""
    with Path(path).open("rb") as file:
        first = file.read(1024)
    known = {b"PK": "a zip archive or a workbook", b"\x1f\x8b": "a gzip file", b"PAR1": "Parquet"}
    kind = next((kind for sign, kind in known.items() if first.startswith(sign)), None)
    if kind is None and (b"\0" in first or first[:2] in {b"\xff\xfe", b"\xfe\xff"}):
        kind = "UTF-16 text"
    kind = kind or "text in Latin-1 or another encoding of single bytes"
    return UserError(f"{path} is {kind}; save it as UTF-8 text (of a spreadsheet: CSV UTF-8).")


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
