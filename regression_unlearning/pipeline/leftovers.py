"""End the cluster jobs of a workflow run that has died.

A head process that is killed (its own time is over, its node fails, ``scancel``) cannot end its
jobs: they wait or run on. The next run would submit the same jobs beside them. So it ends them
first; a training among them saves its state on SIGTERM, and the next one resumes there.
"""

import logging
import os
import shutil
import subprocess
import time
from pathlib import Path

from regression_unlearning.errors import UserError

log = logging.getLogger(__name__)

#: How Snakemake's plugin for SLURM begins the comment of its jobs.
_COMMENTS = ("rule_", "group_")


def waiting_or_running(folder: str | Path = ".") -> list[str]:
    """Ids of this user's SLURM jobs that a workflow run in a folder has submitted.

    Parameters
    ----------
    folder : path
        The folder that the workflow runs in.

    Returns
    -------
    list of str
        Empty too where there is no SLURM, or where it does not answer.
    """
    if shutil.which("squeue") is None:
        return []
    command = ["squeue", "--noheader", f"--user={os.getuid()}", "--format=%i|%k|%Z"]
    try:
        answer = subprocess.run(
            command,
            check=False,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=60,
        )
    except subprocess.TimeoutExpired:
        return []
    if answer.returncode:
        return []
    workdir = Path(folder).resolve()
    fields = [line.split("|", 2) for line in answer.stdout.splitlines()]
    return [
        number
        for number, comment, job_folder in (field for field in fields if len(field) == 3)
        if comment.startswith(_COMMENTS) and Path(job_folder.strip()).resolve() == workdir
    ]


def end(folder: str | Path = ".", patience: float = 180) -> list[str]:
    """Cancel these jobs and wait until they are gone.

    Only for a run that holds the lock of `pipeline.lock`, and so knows that no other run is alive.

    Parameters
    ----------
    folder : path
        The folder that the workflow runs in.
    patience : float
        Seconds to wait: SLURM gives a job its KillWait, often 30, between SIGTERM and SIGKILL.

    Returns
    -------
    list of str
        Ids of the jobs that were cancelled.

    Raises
    ------
    UserError
        When some are still there after that time.
    """
    left = jobs = waiting_or_running(folder)
    if not jobs:
        return []
    log.warning("ending %d cluster jobs of an earlier run that is dead.", len(jobs))
    subprocess.run(["scancel", *jobs], check=False, capture_output=True, timeout=60)
    until = time.monotonic() + patience
    while left := sorted({*waiting_or_running(folder)} & {*jobs}):
        if time.monotonic() > until:
            raise UserError(
                f"SLURM jobs of an earlier, dead run in this folder do not end: {', '.join(left)}. "
                "Starting the same work beside them would not be safe; look at them with `squeue`, "
                "and run this again once they are gone."
            )
        time.sleep(1)
    return jobs
