"""Mend what the shell that starts a run lacks or has too much of, or report it before any work."""

import getpass
import os
import sys
from collections.abc import Iterable, MutableMapping
from pathlib import Path

from regression_unlearning.errors import UserError
from regression_unlearning.program import streams


def settle(environment: MutableMapping[str, str] = os.environ) -> None:
    """Set what the workflow engine and its jobs need.

    The standard streams; the interpreter that runs the engine as the jobs' ``python``, whether or
    not its environment is activated; a name for a user who has none.

    Parameters
    ----------
    environment : mutable mapping, optional
        Variables of this process, changed in place.

    Raises
    ------
    UserError
        When the interpreter's folder cannot stand in ``PATH``, or when DVC started this run in a
        folder whose path it cannot read.
    """
    streams.settle()
    folder = str(Path(sys.executable).parent)
    if os.pathsep in folder:
        raise UserError(
            f"{folder}: no program is found in a folder whose path holds {os.pathsep!r}. "
            "Move the project, or its environment, to a path without."
        )
    if "DVC_STAGE" in environment and {*"{}"} & {*environment.get("DVC_ROOT", "")}:
        raise UserError(
            f"{environment['DVC_ROOT']}: DVC takes braces in a path for names to fill in and fails "
            "after its first stage. Move the project to a path without, or run Snakemake alone."
        )
    # Programs find the library beside themselves, which this would forbid.
    environment.pop("PYTHONSAFEPATH", None)
    environment["PATH"] = os.pathsep.join([folder, environment.get("PATH", os.defpath)])
    try:
        getpass.getuser()
    except (KeyError, OSError):  # an id that no table of users has, as in containers
        environment["LOGNAME"] = str(os.getuid())


def check_names(folder: str | Path = ".", taken: Iterable[str] = ()) -> None:
    """Check that no file in the project's folder hides a module that the engine's jobs import.

    A job that goes to a cluster starts the engine anew with ``python -m``, which looks in that
    folder first. A local run does not.

    Parameters
    ----------
    folder : path
        The folder that the workflow runs in.
    taken : iterable of str
        Modules that the engine imports, beside the standard library's.

    Raises
    ------
    UserError
        Naming the files.
    """
    taken = {*sys.stdlib_module_names, *taken}
    hiding = sorted(path.name for path in Path(folder).glob("*.py") if path.stem in taken)
    if hiding:
        raise UserError(
            f"{', '.join(hiding)} in the project's folder would be taken for Python's own or an "
            "installed module of that name by the jobs on the cluster: rename or move it."
        )
