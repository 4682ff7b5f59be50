"""What `precision: auto` chose for a dataset: written once, then read by every job."""

import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from regression_unlearning import seals
from regression_unlearning.errors import UserError
from regression_unlearning.files import read_record, refused, write_record
from regression_unlearning.settings.dataset import Dataset
from regression_unlearning.settings.precision import AUTO, BFLOAT, FLOAT, with_precision

log = logging.getLogger(__name__)

#: Seconds that another job has for moving its record into place.
WAIT = 30.0


def read(path: Path) -> dict[str, Any]:
    """Read a dataset's choice.

    Parameters
    ----------
    path : Path
        The record.

    Returns
    -------
    dict
        ``precision``, ``why``; where it was timed, also with what, and where.

    Raises
    ------
    UserError
        When it is missing or damaged.
    """
    choice = read_record(path)
    if choice.get("precision") not in (FLOAT, BFLOAT):
        raise UserError(seals.damaged(path, "it names no precision"))
    log.info("precision: auto is %s: %s (%s)", choice["precision"], choice.get("why"), path)
    return choice


def as_recorded(dataset: Dataset, path: Path) -> Dataset:
    """A dataset's settings with its choice in place of ``precision: auto``, where one is kept.

    Parameters
    ----------
    dataset, path : Dataset, Path
        The settings, and the record.

    Raises
    ------
    UserError
        When the record is damaged.
    """
    if dataset.training.precision != AUTO or not path.exists():
        return dataset
    return with_precision(dataset, read(path)["precision"])


def keep(path: Path, choice: Mapping[str, Any]) -> None:
    """Write a choice whole, unless there is one: of several writers the first one's stays.

    Parameters
    ----------
    path, choice : Path, mapping
        The record, and its JSON values.

    Raises
    ------
    UserError
        When it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".precision.", dir=path.parent))
    except OSError as error:
        raise UserError(refused(f"write {path}", error)) from error
    try:
        write_record(folder / path.name, choice)
        with suppress(FileExistsError):
            try:
                os.link(folder / path.name, path)
            except FileExistsError:
                raise
            except OSError:  # a file system without links
                _move(folder / path.name, path)
    except OSError as error:
        raise UserError(refused(f"write {path}", error)) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _move(made: Path, path: Path) -> None:
    """Move a file to where none is, under a lock: the first of several writers' stays."""
    lock = path.with_name(f".{path.name}.lock")
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        end = time.monotonic() + WAIT
        while not path.exists():
            if time.monotonic() > end:
                raise UserError(f"{lock} is left of a job that was killed; remove it.") from None
            time.sleep(0.05)
        return
    try:
        if not path.exists():
            made.replace(path)
    finally:
        lock.unlink()


def _records(folder: str) -> Iterator[Path]:
    """The records in a folder of checkpoints; what is made or removed meanwhile may be missing."""
    for place, inside, names in os.walk(folder):
        inside[:] = sorted(name for name in inside if not name.startswith("."))
        yield from (Path(place, name) for name in sorted(names) if name.endswith(".json"))


def kept_to(folders: Iterable[str]) -> dict[str, Any] | None:
    """The choice that a dataset's models leave: what they were trained in; None without models.

    Parameters
    ----------
    folders : iterable of str
        Folders of checkpoints; models that were trained elsewhere do not count.
    """
    words = set()
    for path in (path for folder in folders for path in _records(folder)):
        with suppress(UserError):  # a damaged record: the job that makes it makes it anew
            words.add(read_record(path).get("settings", {}).get("training", {}).get("precision"))
    words.discard(None)
    if not words:
        return None
    word = words.pop() if len(words) == 1 else FLOAT
    return {"precision": word, "why": "the dataset had models before the choice was made"}
