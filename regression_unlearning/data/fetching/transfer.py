"""Download one file over HTTP: resumed where it broke off, and under its name only when whole."""

import json
import logging
import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import requests
from urllib3.exceptions import HTTPError

from regression_unlearning.data.fetching.archives import Spoilt
from regression_unlearning.errors import UserError
from regression_unlearning.files import write_json

log = logging.getLogger(__name__)

TRIES = 5
BACK_OFF = 1.0
TIMEOUT = (10.0, 60.0)
BLOCK = 1 << 16
LOG_EVERY = 5.0
AGAIN_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})


class _Broken(Exception):
    """The connection failed, or the body ended early: another try may go on from there."""


def download(
    url: str,
    target: Path,
    *,
    check: Callable[[Path], None] | None = None,
    session: requests.Session | None = None,
) -> None:
    """Download `url` to `target`.

    The bytes gather in ``<name>.part``; ``<name>.part.json`` beside it notes which version of the
    file they are of. A later call goes on from there, unless the server has another version by then
    or cannot send a part. A broken connection is tried again, with growing pauses.

    Parameters
    ----------
    url : str
        What to download.
    target : Path
        Where it goes.
    check : callable, optional
        Called with the finished ``.part`` before it gets its name; it raises to refuse the bytes,
        which are then removed.
    session : requests.Session, optional
        Used for the requests.

    Raises
    ------
    UserError
        When the server refuses, cannot be reached or sends too little, or the disk does not take
        the bytes. What has arrived is kept for the next call.
    """
    part = target.with_name(target.name + ".part")
    note = target.with_name(target.name + ".part.json")
    own = session or requests.Session()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for attempt in range(1, TRIES + 1):
            try:
                _try_once(url, target, part, note, own)
                break
            except _Broken as error:
                if attempt == TRIES:
                    raise UserError(
                        f"{target.name}: the download from {url} failed {TRIES} times ({error}). "
                        f"{_size(part):,} bytes are kept in {part}; run the same command again to "
                        "go on from there, or put the file into the data mirror."
                    ) from error
                pause = BACK_OFF * 2 ** (attempt - 1)
                log.warning("%s: %s; trying again in %g s", target.name, error, pause)
                time.sleep(pause)
        if check is not None:
            check(part)
        part.replace(target)
    except Spoilt:
        part.unlink(missing_ok=True)
        note.unlink(missing_ok=True)
        raise
    except OSError as error:
        raise _unwritable(part, error) from error
    finally:
        if session is None:
            own.close()
    note.unlink(missing_ok=True)


def _try_once(url: str, target: Path, part: Path, note: Path, session: requests.Session) -> None:
    """Ask for what is missing, and write what comes."""
    known = _read_note(note, url)
    offset = _size(part) if known else 0
    headers = {"Accept-Encoding": "identity"}
    if offset:
        headers["Range"] = f"bytes={offset}-"
        if validator := _validator(known):
            headers["If-Range"] = validator
    try:
        with session.get(url, headers=headers, stream=True, timeout=TIMEOUT) as response:
            _receive(response, url, target, part, note, offset, known)
    except (requests.ConnectionError, requests.Timeout) as error:
        raise _Broken(_reason(error)) from error
    except requests.RequestException as error:
        raise UserError(
            f"{target.name}: cannot download {url}: {error}. Mend the address, or put the file "
            "into the data mirror."
        ) from error


def _receive(
    response: requests.Response,
    url: str,
    target: Path,
    part: Path,
    note: Path,
    offset: int,
    known: dict,
) -> None:
    """Write a response's body behind the first `offset` bytes, and check the size."""
    status, headers = response.status_code, response.headers
    start, total = _range(headers.get("Content-Range", ""))
    if status == 416 and offset:
        if {total, known.get("total")} - {None} == {offset}:
            return
        _forget(part, note)
        raise _Broken(f"the server holds another version than the {offset:,} bytes kept")
    if status == 206:
        changed = None not in (total, known.get("total")) and total != known["total"]
        if start != offset or changed:
            _forget(part, note)
            raise _Broken("the server sent another part than the one asked for")
    elif status == 200:
        if offset:
            log.info("%s: the server starts from zero", target.name)
        offset, length = 0, headers.get("Content-Length", "")
        total = int(length) if length.isdecimal() else None
        known = {
            "url": url,
            "etag": headers.get("ETag"),
            "last_modified": headers.get("Last-Modified"),
            "total": total,
        }
        part.unlink(missing_ok=True)
        write_json(note, known)
    elif status in AGAIN_LATER:
        raise _Broken(f"the server answered {status} {response.reason}")
    else:
        raise UserError(
            f"{target.name}: the server answered {status} {response.reason} for {url}. Check the "
            "address, or put the file into the data mirror."
        )
    _write(response, target.name, part, offset, total)
    got = _size(part)
    if total is not None and got != total:
        raise _Broken(f"truncated: got {got:,} of {total:,} bytes")


def _write(
    response: requests.Response, name: str, part: Path, offset: int, total: int | None
) -> None:
    """Append the body to `part` as it is sent, logging how far it is."""
    done, began = offset, time.monotonic()
    told = began
    try:
        with part.open("ab") as out:
            for block in response.raw.stream(BLOCK, decode_content=False):
                out.write(block)
                done += len(block)
                now = time.monotonic()
                if now - told >= LOG_EVERY:
                    told = now
                    log.info("%s: %s", name, progress(done, total, done - offset, now - began))
    except HTTPError as error:
        size = "" if total is None else f" of {total:,}"
        raise _Broken(f"{_reason(error)}; got {_size(part):,}{size} bytes") from error
    except OSError as error:
        raise _unwritable(part, error) from error


def progress(done: int, total: int | None, received: int, seconds: float) -> str:
    """Say how far a download is: ``12 % (254 of 2,176 MB), about 340 s left``.

    Parameters
    ----------
    done, total : int, int or None
        Bytes on disk, and bytes in all where the server told.
    received, seconds : int, float
        Bytes of this connection, and its age: they give the speed.
    """
    if not total:
        return f"{done / 1e6:,.0f} MB so far"
    left = (total - done) * seconds / max(received, 1)
    return (
        f"{100 * done // total} % ({done / 1e6:,.0f} of {total / 1e6:,.0f} MB), "
        f"about {left:,.0f} s left"
    )


def _validator(known: dict) -> str | None:
    """Choose what If-Range may carry: a strong ETag, else the date."""
    etag = known.get("etag")
    return etag if etag and not etag.startswith("W/") else known.get("last_modified")


def _range(text: str) -> tuple[int | None, int | None]:
    """Read start and total out of ``bytes 5-9/10``, ``bytes 5-9/*`` or ``bytes */10``."""
    found = re.fullmatch(r"bytes\s+(?:(\d+)-\d+|\*)/(?:(\d+)|\*)", text.strip())
    start, total = found.groups() if found else (None, None)
    return (int(start) if start else None, int(total) if total else None)


def _read_note(note: Path, url: str) -> dict:
    """Read what the kept bytes are of; nothing where that is unknown or another address."""
    with suppress(OSError, ValueError):
        known = json.loads(note.read_text(encoding="utf-8"))
        if isinstance(known, dict) and known.get("url") == url:
            return known
    return {}


def _forget(part: Path, note: Path) -> None:
    part.unlink(missing_ok=True)
    note.unlink(missing_ok=True)


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _unwritable(part: Path, error: OSError) -> UserError:
    return UserError(
        f"cannot write {part}: {error.strerror or error}. Make room or mend the permission, then "
        f"run the same command again; the {_size(part):,} bytes that arrived are kept."
    )
