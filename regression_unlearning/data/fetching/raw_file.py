"""A raw file to fetch, and the ledger of what each file's content must be."""

import fcntl
import json
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from regression_unlearning.data.fetching.archives import Spoilt
from regression_unlearning.data.fetching.mirror import MIRROR
from regression_unlearning.data.fetching.names import unsafe_name
from regression_unlearning.errors import UserError
from regression_unlearning.files import digest_of, read_record, sha256, write_json, write_record

log = logging.getLogger(__name__)

MANIFEST = "manifest.json"
#: How the name of the file ends that holds the hashes seen first.
SEEN = ".seen.json"


def _plain_name(name: str) -> str:
    if name in ("", ".", "..", MANIFEST) or set(name) & set("/\\\0"):
        raise ValueError("must be a plain file name")
    return name


def _inner_path(path: str) -> str:
    if not path or unsafe_name(path):
        raise ValueError("must be a path inside the mirror folder")
    return path


class RawFile(BaseModel):
    """One raw file, and where it comes from.

    Attributes
    ----------
    file : str
        Its name in the dataset's raw folder.
    url : str or None
        Where it is downloaded; None where the publisher gives it out only on request.
    sha256, md5, bytes : str, str, int, optional
        What its content must be; MD5 where the publisher gives no better one.
    member : str, optional
        Member of the archive (at `url` or in the mirror) that becomes `file`; None keeps it whole.
    mirror : tuple of str
        Where it may lie in the mirror folder, tried in order (`file` itself where none is given).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: Annotated[str, AfterValidator(_plain_name)]
    url: str | None
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    md5: Annotated[str, Field(pattern="^[0-9a-f]{32}$")] | None = None
    bytes: Annotated[int, Field(ge=0)] | None = None
    member: str | None = None
    mirror: tuple[Annotated[str, AfterValidator(_inner_path)], ...] = ()

    @property
    def in_mirror(self) -> tuple[str, ...]:
        """The paths that are looked for in a mirror."""
        return self.mirror or (self.file,)


def nowhere(files: Sequence[str], key: str) -> str:
    """Message for files that cannot be downloaded while no folder is named that may hold them.

    Parameters
    ----------
    files, key : sequence of str, str
        Their paths in a mirror; the key of the source that would name a folder of its own.
    """
    return (
        f"source: {' and '.join(files)} cannot be downloaded, and no folder that holds them is "
        f"named: set data_mirror (or the environment variable {MIRROR}), or source.{key}."
    )


class Ledger:
    """What each file of a raw folder must be, and what it was found to be.

    Parameters
    ----------
    folder, checksums : Path
        The raw folder, and the publishers' hashes. Those that are seen first are recorded in a file
        beside them, whose name ends in `SEEN`.

    Attributes
    ----------
    seen : dict
        SHA-256 and size of every file that was kept or checked, by its name.
    """

    def __init__(self, folder: Path, checksums: Path):
        self.folder, self.checksums = folder, checksums
        self.first_seen = checksums.with_suffix(SEEN)
        self.published = _read_checksums(checksums)
        self.recorded = _read_checksums(self.first_seen)
        self.manifest = _read_manifest(folder / MANIFEST)
        self.seen: dict[str, dict[str, Any]] = {}
        self.fresh: dict[str, str] = {}

    def key(self, item: RawFile) -> str:
        """Name of a file in the lists of hashes."""
        return f"{self.folder.name}/{item.file}"

    def vouched(self, item: RawFile) -> str | None:
        """The SHA-256 that its publisher or the settings give a file, where they do."""
        return item.sha256 or self.published.get(self.key(item))

    def expected(self, item: RawFile) -> str | None:
        """The SHA-256 that a file must have, where one is known.

        Of a file without an address none is recorded: it is the user's own, and may change.
        """
        return self.vouched(item) or (self.recorded.get(self.key(item)) if item.url else None)

    def source(self, item: RawFile) -> str | None:
        """Where the manifest says a file came from."""
        return self.manifest.get(item.file, {}).get("source")

    def keeps(self, item: RawFile) -> bool:
        """Tell whether a file already lies in the folder with the right content."""
        path = self.folder / item.file
        expected = self.expected(item) or self.manifest.get(item.file, {}).get("sha256")
        if expected is None or not path.is_file():
            return False
        measured = _measured(path)
        if measured["sha256"] != expected or item.bytes not in (None, measured["bytes"]):
            log.warning("%s is not the recorded file; fetching it again", self.key(item))
            return False
        self._note(item, measured)
        return True

    def check(self, item: RawFile, path: Path, came: str) -> None:
        """Refuse bytes that are not what was recorded; note what they are.

        Parameters
        ----------
        item, path, came : RawFile, Path, str
            What the file must be; the bytes, and where they came from (for the message).

        Raises
        ------
        Spoilt
            When size, MD5 or SHA-256 is another.
        """
        measured = _measured(path)
        expected = self.expected(item)
        if item.bytes not in (None, measured["bytes"]):
            raise Spoilt(
                f"{self.key(item)} from {came}: expected {item.bytes:,} bytes, got "
                f"{measured['bytes']:,}. It was not kept; fetch it again, or from another place."
            )
        if item.md5 and (md5 := digest_of(path, "md5")) != item.md5:
            raise Spoilt(
                f"{self.key(item)} from {came}: expected MD5 {item.md5}, got {md5}. It was not "
                "kept; fetch it again, or from another place."
            )
        if expected not in (None, measured["sha256"]):
            listed = self.checksums if self.key(item) in self.published else self.first_seen
            where = (
                "give its new hash where this one was set"
                if item.sha256
                else f"delete the line {self.key(item)!r} in {listed}"
            )
            raise Spoilt(
                f"{self.key(item)} from {came}: expected SHA-256 {expected}, got "
                f"{measured['sha256']}. It was not kept. If the publisher truly changed the file, "
                f"{where} and run again; otherwise fetch it again, or from another place."
            )
        self._note(item, measured)

    def _note(self, item: RawFile, measured: dict[str, Any]) -> None:
        self.seen[item.file] = measured
        if item.url and self.expected(item) is None:
            self.fresh[self.key(item)] = measured["sha256"]

    def record(self) -> None:
        """Write the hashes seen first into their file; keep what others wrote there."""
        if not self.fresh:
            return
        with _locked(self.first_seen.parent):
            merged = {**self.fresh, **_read_checksums(self.first_seen)}
            write_json(self.first_seen, dict(sorted(merged.items())))
        for key, digest in self.fresh.items():
            log.info("%s: SHA-256 %s, seen first, recorded in %s", key, digest, self.first_seen)
        self.recorded, self.fresh = merged, {}


def note_made(folder: Path, names: Iterable[str], source: str) -> None:
    """Write the manifest of files that were made here, not fetched.

    Parameters
    ----------
    folder, names, source : Path, iterable of str, str
        The raw folder, names of the files in it, and what they were made from.
    """
    files = {name: {**_measured(folder / name), "source": source} for name in names}
    write_record(folder / MANIFEST, {"files": files})


def _measured(path: Path) -> dict[str, Any]:
    return {"sha256": sha256(path), "bytes": path.stat().st_size}


def _read_manifest(path: Path) -> dict[str, dict[str, Any]]:
    """Read what an earlier fetch wrote; nothing where that is missing or unreadable."""
    with suppress(UserError, KeyError, TypeError, AttributeError):
        files = read_record(path)["files"]
        return {name: dict(entry) for name, entry in files.items()}
    return {}


def _read_checksums(path: Path) -> dict[str, str]:
    try:
        recorded = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"cannot read {path}: {error}. Mend it, or take it out.") from error
    if not isinstance(recorded, dict):
        raise UserError(f"{path} must hold one JSON object of names and SHA-256 hashes.")
    return recorded


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other processes from rewriting a file of `folder`, where the file system can."""
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        yield
        return
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
