"""Fetch one dataset's raw files: from a mirror or the network, each known by its SHA-256."""

import heapq
import logging
import os
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import requests

from regression_unlearning.data.fetching import archives, transfer
from regression_unlearning.data.fetching.archives import Spoilt
from regression_unlearning.data.fetching.local import Local, stamp
from regression_unlearning.data.fetching.raw_file import MANIFEST, Ledger, RawFile
from regression_unlearning.errors import UserError
from regression_unlearning.files import sha256, whole, write_record

__all__ = ["RawFile", "fetch"]

log = logging.getLogger(__name__)

#: How many of a mirror's files are looked at for similar names, and how many are named.
LOOKED_AT, NAMED = 20_000, 8


def fetch(
    requested: Sequence[RawFile],
    folder: Path,
    *,
    mirror: Path | None,
    checksums: Path,
    session: requests.Session | None = None,
) -> None:
    """Fetch one dataset's raw files into a folder, and describe them in ``manifest.json``.

    A file that already lies there with the right content stays, unless the mirror's file that it
    was taken from has changed since (`local`). Another comes from the mirror where one is set, and
    only from there; else it is downloaded. The manifest's ``source`` is where a file came from, or
    would come from where it stayed without a manifest.

    Parameters
    ----------
    requested : sequence of RawFile
        The files.
    folder : Path
        The dataset's raw folder; its name and a file's name make the key in `checksums`.
    mirror : Path or None
        A folder that already holds the files.
    checksums : Path
        JSON file of SHA-256 by key. The hash of a download without one is recorded beside it when
        first seen.
    session : requests.Session, optional
        Used for the downloads.

    Raises
    ------
    UserError
        When the mirror lacks a file, a download fails or is truncated, content is not what was
        recorded, an archive is damaged or unsafe, or the disk does not take the files.
    """
    names = [item.file for item in requested]
    if len(set(names)) < len(names):
        raise UserError(f"{folder.name}: a file is wanted twice: {', '.join(names)}.")
    if mirror is not None and not mirror.is_dir():
        raise UserError(
            f"the data mirror {mirror} is not a folder: mend data_mirror, or unset it to download."
        )
    ledger, local = Ledger(folder, checksums), Local(folder)
    kept = [one for one in requested if ledger.keeps(one) and _stands(one, mirror, ledger, local)]
    sources = {item.file: ledger.source(item) for item in kept}
    missing = [item for item in requested if item.file not in sources]
    if mirror is not None:
        _check_mirror(missing, mirror)
    for source, items in _grouped(missing, mirror).items():
        if mirror is not None:
            _take(items, folder, mirror / source, source, ledger, local)
        else:
            _download(items, requested, folder, source, ledger, session)
            ledger.record()
    if mirror is None:
        ledger.record()
    for item in requested:
        sources[item.file] = sources.get(item.file) or _source(item, mirror)
    local.write([item.file for item in (kept if mirror is None else requested)])
    files = {name: {**ledger.seen[name], "source": sources[name]} for name in sorted(sources)}
    write_record(folder / MANIFEST, {"files": files})


def _stands(item: RawFile, mirror: Path | None, ledger: Ledger, local: Local) -> bool:
    """Whether a kept file is what the mirror holds now, or what its publisher vouches for."""
    path = _found(item, mirror) if mirror is not None else None
    if path is None:
        return True
    return local.stands(mirror / path, item.file, vouched=ledger.vouched(item) is not None)


def _take(
    items: Sequence[RawFile], folder: Path, held: Path, source: str, ledger: Ledger, local: Local
) -> None:
    """Copy or unpack files that one file of the mirror holds, and note what it was."""
    stamped = stamp(held)
    came = f"the mirror's {source}"
    advice = f"Put a good copy at {held}."
    log.info("%s: %s from %s", folder.name, ", ".join(item.file for item in items), came)
    packed = [item for item in items if item.member is not None and archives.is_archive(source)]
    _unpack(held, packed, folder, came, advice, ledger)
    for item in items:
        if item not in packed:
            _copy(held, item, folder, came, advice, ledger)
    copied = [ledger.seen[item.file]["sha256"] for item in items if item not in packed]
    local.note(held, stamped, copied[0] if copied else sha256(held), [one.file for one in items])


def _download(
    items: Sequence[RawFile],
    requested: Sequence[RawFile],
    folder: Path,
    url: str,
    ledger: Ledger,
    session: requests.Session | None,
) -> None:
    """Download a file once; keep it, copy it, or unpack its members and remove it."""
    if not url:
        raise UserError(
            f"{folder.name}/{items[0].file} cannot be downloaded: its publisher gives it out only "
            f"on request. Set data_mirror to a folder that holds it as {_or(items[0].in_mirror)}."
        )
    whole_ones = [item for item in requested if item.url == url and item.member is None]
    kept = whole_ones[0] if whole_ones else None
    fetched = folder / (kept.file if kept else _archive_name(url, requested))
    packed = [item for item in items if item.member is not None]
    if (kept in items) if kept else not fetched.is_file():
        log.info("%s: downloading %s", folder.name, url)
        check = (lambda part: ledger.check(kept, part, url)) if kept else None
        known = all(ledger.expected(item) for item in ([kept] if kept else items))
        transfer.download(url, fetched, check=check, known=known, session=session)
    advice = "It was removed; run the same command again to download it anew."
    try:
        _unpack(fetched, packed, folder, url, advice, ledger)
    except Spoilt:
        fetched.unlink(missing_ok=True)
        raise
    for item in items:
        if item.member is None and item is not kept:
            _copy(fetched, item, folder, url, advice, ledger)
    if kept is None:
        fetched.unlink()


def _unpack(
    archive: Path,
    items: Sequence[RawFile],
    folder: Path,
    came: str,
    advice: str,
    ledger: Ledger,
) -> None:
    if not items:
        return
    by_target = {folder / item.file: item for item in items}
    archives.unpack(
        archive,
        [(item.member, target) for target, item in by_target.items()],
        check=lambda part, target: ledger.check(by_target[target], part, came),
        advice=advice,
    )


def _copy(held: Path, item: RawFile, folder: Path, came: str, advice: str, ledger: Ledger) -> None:
    try:
        file = held.open("rb")
    except OSError as error:
        raise UserError(f"cannot read {held}: {error.strerror}. {advice}") from error
    with file, whole(folder / item.file) as part:
        archives.copy(file, part, held, advice)
        ledger.check(item, part, came)


def _found(item: RawFile, mirror: Path) -> str | None:
    """The first of a file's places in the mirror that holds something."""
    return next((path for path in item.in_mirror if (mirror / path).is_file()), None)


def _source(item: RawFile, mirror: Path | None) -> str:
    path = _found(item, mirror) if mirror is not None else None
    return f"mirror:{path}" if path else item.url or "given by hand"


def _grouped(missing: Sequence[RawFile], mirror: Path | None) -> dict[str, list[RawFile]]:
    """Files by the file of the mirror, or the address, that they come from."""
    groups: dict[str, list[RawFile]] = {}
    for item in missing:
        source = _found(item, mirror) if mirror is not None else item.url
        groups.setdefault(source or "", []).append(item)
    return groups


def _check_mirror(missing: Sequence[RawFile], mirror: Path) -> None:
    """Refuse a mirror that lacks a file, naming what it holds instead."""
    absent = [item for item in missing if _found(item, mirror) is None]
    if not absent:
        return
    item = absent[0]
    similar = _similar(item, mirror)
    also = ", ".join(other.file for other in absent[1 : NAMED + 1])
    raise UserError(
        f"the data mirror {mirror} lacks {item.file}: looked for {_or(item.in_mirror)}. "
        + (f"The nearest that it holds: {', '.join(similar)}. " if similar else "It is empty. ")
        + (f"Also lacking: {also}. " if also else "")
        + "Put the file there under one of these names"
        + (f", or unset data_mirror to download it from {item.url}." if item.url else ".")
    )


def _similar(item: RawFile, mirror: Path) -> list[str]:
    """Paths in the mirror whose names are nearest to those looked for."""
    bases = {PurePosixPath(path).name.lower() for path in (*item.in_mirror, item.file)}

    def nearness(path: str) -> float:
        name = PurePosixPath(path).name.lower()
        return max(SequenceMatcher(None, name, base).ratio() for base in bases)

    return heapq.nlargest(NAMED, islice(_paths(mirror), LOOKED_AT), key=nearness)


def _paths(mirror: Path) -> Iterator[str]:
    for top, folders, names in os.walk(mirror):
        folders.sort()
        for name in sorted(names):
            yield Path(top, name).relative_to(mirror).as_posix()


def _or(paths: Sequence[str]) -> str:
    return " or ".join(paths)


def _archive_name(url: str, requested: Sequence[RawFile]) -> str:
    """Name under which a download lies while it is unpacked; never one of the wanted files'."""
    name = PurePosixPath(unquote(urlsplit(url).path)).name.replace("\\", "_")
    taken = {item.file for item in requested} | {MANIFEST, "", ".."}
    return f"archive-{name}" if name in taken else name
