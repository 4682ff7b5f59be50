"""The ledger of all answers: ``requests/ledger.jsonl``, one line for each, in their order.

A line holds the hash of the line before it, of every file of its answer, and of itself. Lines are
added, never changed; a file is written whole and reaches the disk before it takes its place. Ids
are written only as hashes under a key (HMAC-SHA256) in ``requests/key.hex``: only who holds it can
ask whether an id is among them. `folder` is always the folder of requests.
"""

import fcntl
import hashlib
import hmac
import json
import secrets
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from regression_unlearning.errors import UserError
from regression_unlearning.files import refused, write_text
from regression_unlearning.settings.places import Sha256
from regression_unlearning.settings.section import Name, Section, Seed, Whole, validated

FOLDER = Path("requests")
LEDGER, KEY, LOCK = "ledger.jsonl", "key.hex", ".lock"
#: What the first line has in the place of the hash of the line before it.
FIRST = "0" * 64
AUDIT, PAGE = "audit.json", "audit.html"
MODEL, FAILED = "model.safetensors", "failed.safetensors"


class Entry(Section):
    """One line."""

    number: Whole
    previous: Sha256

    def text(self) -> str:
        """The line, with its own hash as its last key."""
        values = {key: one for key, one in self.plain().items() if one != []}  # none of old lines
        return _text({**values, "sha256": _sha256(_text(values))})


class Purge(Entry):
    """What was taken away after a request: places, the number of files in each, their bytes."""

    purge: Name
    taken: dict[str, tuple[Whole, Whole]]


class Line(Entry):
    """One answer."""

    key: Sha256
    id: Name
    dataset: Name
    seed: Seed
    together: tuple[Name, ...] = ()
    start: Sha256
    passed: bool
    files: dict[str, Sha256]

    @property
    def weights(self) -> str:
        """Name of the checkpoint in the answer's folder."""
        return MODEL if self.passed else FAILED


def _text(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=True, separators=(", ", ": "))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@contextmanager
def locked(folder: Path, *, wait: bool = False) -> Iterator[None]:
    """Keep others from answering a request at the same time; `wait` for one who does, or refuse.

    Parameters
    ----------
    folder, wait : Path, bool

    Raises
    ------
    UserError
        When somebody does, or the folder cannot be written.
    """
    with ExitStack() as opened:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file = opened.enter_context((folder / LOCK).open("w", encoding="ascii"))
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise UserError(
                f"{folder}: another request is being answered; wait for it, then run this again."
            ) from None
        except OSError as error:
            raise UserError(refused(f"lock {folder / LOCK}", error)) from error
        yield


def read(folder: Path) -> list[Line]:
    """All answers; see `entries`.

    Parameters
    ----------
    folder : Path
    """
    return [one for one in entries(folder) if isinstance(one, Line)]


def taken(folder: Path) -> set[str]:
    """The places that purges took; see `entries`.

    Parameters
    ----------
    folder : Path
    """
    return {place for one in entries(folder) if isinstance(one, Purge) for place in one.taken}


def entries(folder: Path) -> list[Entry]:
    """All lines; none without a ledger.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    UserError
        For the first line that was changed or does not follow the one before it.
    """
    path = folder / LEDGER
    if not path.exists():
        return []
    try:
        text = path.read_bytes().decode("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not what was written: {error}.") from None
    lines: list[Entry] = []
    previous = FIRST
    for number, one in enumerate(text.splitlines(keepends=True)):
        where = f"{path}, line {number + 1}"
        try:
            values = json.loads(one)
            values.pop("sha256")
            line = validated(Purge if "purge" in values else Line, values)
        except (ValueError, KeyError, AttributeError, TypeError):
            raise UserError(f"{where}: no line of a ledger; {MEND}") from None
        if line.text() + "\n" != one:
            raise UserError(f"{where}: it was changed after it was written; {MEND}")
        if line.number != number or line.previous != previous:
            raise UserError(f"{where}: it does not follow the line before it; {MEND}")
        lines.append(line)
        previous = _sha256(one)
    return lines


#: What is to be done about a ledger that was changed.
MEND = "put the ledger back from a copy (git, a backup)."


def head(folder: Path) -> str:
    """Hash of the last line, which stands for all: whoever keeps it can tell any later change.

    Parameters
    ----------
    folder : Path
    """
    path = folder / LEDGER
    lines = path.read_text(encoding="ascii").splitlines(keepends=True) if path.exists() else []
    return _sha256(lines[-1]) if lines else FIRST


def append(folder: Path, kind: type[Entry] = Line, **values: Any) -> None:
    """Add a line of some `kind` behind those that are there; its number and hashes are added.

    Parameters
    ----------
    folder, kind, **values : Path, type of Entry, its other fields
    """
    path = folder / LEDGER
    before = path.read_text(encoding="ascii") if path.exists() else ""
    line = kind(number=before.count("\n"), previous=head(folder), **values)
    write_text(path, before + line.text() + "\n")


def chain(lines: Iterable[Line], dataset: str, seed: int) -> list[Line]:
    """The answers that passed, of one model: each began where the one before it ended."""
    return [line for line in lines if line.passed and (line.dataset, line.seed) == (dataset, seed)]


def key(folder: Path, *, first: bool = False) -> bytes:
    """The key under which ids are hashed; of the `first` request a new one, not yet written.

    Parameters
    ----------
    folder, first : Path, bool

    Raises
    ------
    UserError
        When it is missing or no key.
    """
    path = folder / KEY
    if first and not path.exists():
        return secrets.token_bytes(32)
    try:
        found = bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        found = b""
    if len(found) != 32:
        raise UserError(
            f"{path} is missing or no key: without it nobody can tell which ids were forgotten; "
            "put it back from a copy."
        )
    return found


def keep_key(folder: Path, key: bytes) -> None:
    """Write the key, so that only its owner can read it, where there is none.

    Parameters
    ----------
    folder, key : Path, bytes
    """
    path = folder / KEY
    if not path.exists():
        write_text(path, key.hex() + "\n")
        path.chmod(0o600)


def key_sha256(folder: Path) -> str:
    """Hash of the key's file, for the ledger.

    Parameters
    ----------
    folder : Path
    """
    return hashlib.sha256((folder / KEY).read_bytes()).hexdigest()


def hashed(key: bytes, ids: Iterable[str]) -> list[str]:
    """Hashes of ids, as text without blanks around it, in Unicode's composed form."""
    plain = (unicodedata.normalize("NFC", one.strip()).encode() for one in ids)
    return [hmac.new(key, one, hashlib.sha256).hexdigest() for one in plain]
