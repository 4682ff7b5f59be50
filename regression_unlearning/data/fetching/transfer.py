"""Download one file over HTTP: resumed where it broke off, and under its name only when whole."""

import json
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import requests
from urllib3.exceptions import HTTPError

from regression_unlearning.data.fetching import answers
from regression_unlearning.data.fetching.answers import Broken, reason
from regression_unlearning.data.fetching.archives import Spoilt
from regression_unlearning.errors import UserError
from regression_unlearning.files import write_json

log = logging.getLogger(__name__)

TRIES = 5
BACK_OFF = 1.0
TIMEOUT = (10.0, 60.0)
BLOCK = 1 << 16
LOG_EVERY = 5.0


def download(
    url: str,
    target: Path,
    *,
    check: Callable[[Path], None] | None = None,
    known: bool = False,
    session: requests.Session | None = None,
) -> None:
    """Download `url` to `target`.

    The bytes gather in ``<name>.part``; ``<name>.part.json`` beside it notes which version of the
    file they are of. Where the server names versions (by a strong ETag), a later call goes on from
    there, unless it has another version by then or cannot send a part; else it starts from zero. A
    broken connection is tried again, with growing pauses, or those that the server asks for.

    Parameters
    ----------
    url : str
        What to download.
    target : Path
        Where it goes.
    check : callable, optional
        Called with the finished ``.part`` before it gets its name; it raises to refuse the bytes,
        which are then removed.
    known : bool
        Whether `check` knows the content by its hash. Where it does not, a body that is empty, or
        whose end nothing marks, is refused.
    session : requests.Session, optional
        Used for the requests.

    Raises
    ------
    UserError
        When the server refuses, cannot be reached or sends too little, or the disk does not take
        the bytes. What has arrived is kept.
    """
    part = target.with_name(target.name + ".part")
    note = target.with_name(target.name + ".part.json")
    own = session or requests.Session()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for attempt in range(1, TRIES + 1):
            try:
                _try_once(url, target, part, note, own, known)
                break
            except Broken as error:
                if attempt == TRIES:
                    raise UserError(
                        f"{target.name}: the download from {url} failed {TRIES} times ({error}). "
                        f"{_size(part):,} bytes are kept in {part}; run the same command again, "
                        "or put the file into the data mirror."
                    ) from error
                pause = max(BACK_OFF * 2 ** (attempt - 1), error.pause)
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


def _try_once(
    url: str, target: Path, part: Path, note: Path, session: requests.Session, known: bool
) -> None:
    """Ask for what is missing, and write what comes."""
    version = _read_note(note, url)
    offset = _size(part) if version else 0
    if offset and offset == version.get("total"):
        return
    headers = {"Accept-Encoding": "identity"}
    if offset:
        headers |= {"Range": f"bytes={offset}-", "If-Range": version["etag"]}
    try:
        response = session.get(url, headers=headers, stream=True, timeout=TIMEOUT)
    except (requests.ConnectionError, requests.Timeout) as error:
        raise Broken(reason(error)) from error
    except (requests.RequestException, HTTPError, ValueError) as error:
        raise UserError(
            f"{target.name}: cannot download {url}: {reason(error)}. Mend the address, or put the "
            "file into the data mirror."
        ) from error
    with response:
        try:
            resumed = response.status_code == 206 and offset > 0
            if resumed:
                total = answers.rest(response, offset, version)
            else:
                total = answers.from_zero(response, url, target.name, known)
        except Broken as error:
            if error.stale:
                _forget(part, note)
            raise
        if not resumed:
            if _size(part):
                log.info("%s: it is downloaded from zero", target.name)
            offset = 0
            _forget(part, note)
            if etag := answers.version(response):
                write_json(note, {"url": url, "etag": etag, "total": total})
        _write(response, target.name, part, offset, total)
    got = _size(part)
    if total is not None and got != total:
        raise Broken(f"truncated: got {got:,} of {total:,} bytes")
    if not got and not known:
        raise UserError(
            f"{target.name}: the server sent nothing for {url}. Check the address, or put the file "
            "into the data mirror."
        )


def _write(
    response: requests.Response, name: str, part: Path, offset: int, total: int | None
) -> None:
    """Append the body to `part` as it comes, logging how far it is."""
    done, began = offset, time.monotonic()
    logged, decoded = began, bool(answers.encoding(response))
    try:
        with part.open("ab") as out:
            while block := response.raw.read1(BLOCK, decode_content=decoded):
                out.write(block)
                done += len(block)
                now = time.monotonic()
                if now - logged >= LOG_EVERY:
                    logged = now
                    log.info("%s: %s", name, progress(done, total, done - offset, now - began))
    except HTTPError as error:
        size = "" if total is None else f" of {total:,}"
        raise Broken(f"{reason(error)}; got {_size(part):,}{size} bytes") from error
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


def _read_note(note: Path, url: str) -> dict:
    """Read what the kept bytes are of; nothing where that is unknown or another address."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        known = json.loads(note.read_text(encoding="utf-8"))
        if known["url"] == url and known["etag"] and not known["etag"].startswith("W/"):
            return {"etag": known["etag"], "total": known["total"]}
    return {}


def _forget(part: Path, note: Path) -> None:
    part.unlink(missing_ok=True)
    note.unlink(missing_ok=True)


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _unwritable(part: Path, error: OSError) -> UserError:
    return UserError(
        f"cannot write {part}: {error.strerror or error}. Make room or mend the permission, then "
        f"run the same command again; the {_size(part):,} bytes that arrived are kept."
    )
