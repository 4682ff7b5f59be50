"""Settings of jobs as files: a command's argument holds at most 128 KiB, and ids may be many more.

A file is named by its content, so that its name among a job's parameters stands for the settings:
the job runs again where they change, and only there.
"""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from regression_unlearning.files import write_text

#: Folder of the files.
FOLDER = Path(".settings")


def settings_file(values: Any, write: bool = True) -> str:
    """Path of the file that holds some settings as JSON.

    Parameters
    ----------
    values : object
        JSON values.
    write : bool
        Whether to write it where it does not exist: only the head process of a run does, its jobs
        find it.
    """
    text = json.dumps(values, sort_keys=True)
    path = path_of(text.encode())
    if write and not path.exists():
        write_text(path, text)
    return str(path)


def path_of(content: bytes) -> Path:
    """Path of the file with this content."""
    return FOLDER / f"{hashlib.sha256(content).hexdigest()[:32]}.json"


def clear_settings() -> None:
    """Delete the settings files of earlier runs; this run writes its own again.

    Only for a process that holds the run's lock: no job of another run reads them.
    """
    shutil.rmtree(FOLDER, ignore_errors=True)
