"""Locks that a killed head process left behind do not stop the next run."""

import fcntl
import logging
from pathlib import Path

log = logging.getLogger(__name__)

_held = []


def sweep(folder: str | Path) -> bool:
    """Remove the workflow engine's locks of a folder, if no head process is alive there.

    A head process holds a lock of the system's own on ``head.lock`` as long as it lives; the system
    takes that back even from a process that was killed. Whoever gets it knows that every other lock
    in the folder is stale.

    Parameters
    ----------
    folder : path
        The engine's folder, ``.snakemake``.

    Returns
    -------
    bool
        False where another head process is alive: its locks are left alone.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / "head.lock").open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return False
    _held.append(file)
    for lock in (folder / "locks").glob("*"):
        log.info("removing %s: the run that made it is gone", lock)
        lock.unlink(missing_ok=True)
    return True
