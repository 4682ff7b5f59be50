"""What a server answers to a download: whether its body is taken, and how long it should be."""

import re
from contextlib import suppress
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError
from urllib3.response import HTTPResponse
from urllib3.util import Retry

from regression_unlearning.errors import UserError

AGAIN_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
#: Most seconds that a server's Retry-After is waited for.
LONGEST_PAUSE = 120.0


class Broken(Exception):
    """The connection failed, or the body ended early: another try may go on from there.

    Attributes
    ----------
    pause : float
        Seconds that the server asks to wait.
    stale : bool
        Whether what has come is of no use to another try.
    """

    def __init__(self, why: str, *, pause: float = 0.0, stale: bool = False):
        super().__init__(why)
        self.pause, self.stale = pause, stale


def rest(response: requests.Response, offset: int, known: dict) -> int | None:
    """Size of the whole file whose rest a response holds; another file is refused.

    Parameters
    ----------
    response : Response
        With status 206.
    offset : int
        Where the rest must begin.
    known : dict
        ``etag`` and ``total`` (None where it was not told) of what has come.

    Raises
    ------
    Broken
        Where it is another part or another version.
    """
    headers = response.headers
    start, total = _range(headers.get("Content-Range", ""))
    changed = None not in (total, known["total"]) and total != known["total"]
    if start != offset or changed or headers.get("ETag") != known["etag"] or encoding(response):
        raise Broken("the server sent another part, or version, than the one asked for", stale=True)
    return total


def from_zero(response: requests.Response, url: str, name: str, known: bool) -> int | None:
    """Return the size of the file in a response, if the response states it.

    Parameters
    ----------
    response : Response
        Of any status.
    url, name : str
        What was asked for, and the file's name, for messages.
    known : bool
        Whether a hash will tell if the body is whole.

    Raises
    ------
    Broken
        Where another try may do better.
    UserError
        Where it is refused, packed in a way that cannot be undone, or its end is not marked.
    """
    status, headers = response.status_code, response.headers
    if status in (206, 416):
        raise Broken(f"the server has no such part (it answered {status})", stale=True)
    if status in AGAIN_LATER:
        pause = _pause(headers.get("Retry-After", ""))
        raise Broken(f"the server answered {status} {response.reason}", pause=pause)
    if status != 200:
        raise UserError(
            f"{name}: the server answered {status} {response.reason} for {url}. Check the "
            "address, or put the file into the data mirror."
        )
    packed = encoding(response)
    if packed and packed not in HTTPResponse.CONTENT_DECODERS:
        raise UserError(
            f"{name}: the server packs {url} as {packed!r}, which cannot be undone here. Put the "
            "file into the data mirror."
        )
    length = headers.get("Content-Length", "")
    if not (known or length.isdecimal() or "Transfer-Encoding" in headers):
        raise UserError(
            f"{name}: the server does not say how long {url} is, and a short answer would look "
            "like a whole one. Give the file's SHA-256, or put it into the data mirror."
        )
    return int(length) if length.isdecimal() and not packed else None


def version(response: requests.Response) -> str | None:
    """The strong ETag that names the bytes of a body, where there is one."""
    etag = response.headers.get("ETag", "")
    return None if not etag or etag.startswith("W/") or encoding(response) else etag


def encoding(response: requests.Response) -> str:
    """Return the content encoding of a response body, or "".

    Servers say "gzip" also of files that are packed themselves: those are kept as they are.
    """
    named = response.headers.get("Content-Encoding", "").strip().lower()
    packed = urlsplit(response.request.url or "").path.endswith((".gz", ".tgz"))
    return "" if named == "identity" or (packed and named in ("gzip", "x-gzip")) else named


def _pause(text: str) -> float:
    """Seconds of a Retry-After, or 0 where it says none, and at most `LONGEST_PAUSE`."""
    with suppress(HTTPError, ValueError, OverflowError):
        return min(max(Retry().parse_retry_after(text), 0.0), LONGEST_PAUSE)
    return 0.0


def _range(text: str) -> tuple[int | None, int | None]:
    """Read start and total out of ``bytes 5-9/10``, ``bytes 5-9/*`` or ``bytes */10``."""
    match = re.fullmatch(r"bytes\s+(?:(\d+)-\d+|\*)/(?:(\d+)|\*)", text.strip())
    start, total = match.groups() if match else (None, None)
    return (int(start) if start else None, int(total) if total else None)


def reason(error: Exception) -> str:
    """An error's kind and first line."""
    return f"{type(error).__name__}: {error}".splitlines()[0]
