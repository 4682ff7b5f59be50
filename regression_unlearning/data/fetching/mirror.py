"""The data mirror: a folder that already holds raw files."""

import os
from pathlib import Path

#: Environment variable that names it, before params.yaml does.
MIRROR = "REGRESSION_UNLEARNING_DATA_MIRROR"


def mirror_of(named: str | Path | None) -> Path | None:
    """The folder that the environment names, else the one that is `named`; None where neither."""
    place = os.environ.get(MIRROR) or named
    return Path(place).expanduser() if place else None
