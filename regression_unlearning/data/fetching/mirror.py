"""The data mirror: a folder that already holds raw files."""

import os
from pathlib import Path

#: Environment variable that names it, before params.yaml does.
MIRROR = "REGRESSION_UNLEARNING_DATA_MIRROR"


def mirror_of(named: str | Path | None) -> Path | None:
    """The folder of the data mirror: the one that the environment names, else the given one.

    Parameters
    ----------
    named : path or None
        ``data_mirror`` of params.yaml.

    Returns
    -------
    Path or None
        With ``~`` expanded; None where neither names one.
    """
    place = os.environ.get(MIRROR) or named
    return Path(place).expanduser() if place else None
