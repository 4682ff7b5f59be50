"""Clear the lock of a workflow run whose process is gone, and only then.

Snakemake locks its folder with plain files, which outlive a killed process and must then be removed
by hand (``--unlock``). Beside them this module keeps a lock of the operating system's on a file: it
ends with its process, however that ends. The process that gets it knows that no other run is alive,
so that a dead run's files may be removed. While another run is alive nothing is touched, and where
both would write the same files, `another` names the holder of the lock.
"""

import os
import shutil
import socket
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO

#: The file that is locked; its text names the holder of the lock.
NAME = "run.lock"
#: Open for as long as this process lives: closing it would give the lock up.
_held: dict[Path, IO[str]] = {}


def take(folder: str | Path = ".snakemake") -> bool:
    """Take the run's lock until this process ends; remove what a dead run left locked.

    Parameters
    ----------
    folder : path
        Snakemake's folder.

    Returns
    -------
    bool
        Whether the lock was free. False also where the file system has no locks: Snakemake's own
        files then stay as they are.
    """
    import fcntl

    folder = Path(folder).resolve()
    if folder in _held:
        return True
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / NAME).open("a", encoding="utf-8")
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return False
    since = datetime.now().astimezone().isoformat(" ", "minutes")
    with suppress(OSError):  # a full disk is reported later in the run
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}, since {since}\n")
        file.flush()
    _held[folder] = file
    shutil.rmtree(folder / "locks", ignore_errors=True)
    (folder / "locks").mkdir(exist_ok=True)
    return True


def another(folder: str | Path = ".snakemake") -> str:
    """Return the message for a second run in the same folder; "" where no run has left its name.

    Parameters
    ----------
    folder : path
        Snakemake's folder.
    """
    try:
        holder = (Path(folder) / NAME).read_text(encoding="utf-8").strip()
    except OSError:
        holder = ""
    return holder and (
        f"another run works in this folder ({holder}): wait for its end, then run the same command "
        "again; nothing has to be unlocked."
    )
