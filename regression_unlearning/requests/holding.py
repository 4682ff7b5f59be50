"""Where the project still holds the rows of a request: its files and caches, with their sizes."""

from pathlib import Path
from typing import Any

#: Folders, relative to the project's, and what lies in them; ``{}`` stands for the dataset.
PLACES = {
    "data/raw/{}": "files as they were fetched",
    "data/prepared/{}": "prepared arrays and the table of rows",
    "observations/{}": "what models put out for each row",
    "relearning/{}": "relearning of forgotten rows",
    "checkpoints/original/{}": "models that were trained on the rows",
    "checkpoints/retrained/{}": "models that were trained without some rows",
    "checkpoints/unlearned/{}": "models unlearned from originals",
    "checkpoints/blindspot/{}": "helper models",
    ".dvc/cache": "DVC's cache",
}


def held(project: Path, dataset: str) -> list[dict[str, Any]]:
    """Each place that is there: ``place``, ``what``, ``files`` (number), ``bytes``."""
    found = []
    for place, what in PLACES.items():
        path = project / place.format(dataset)
        sizes = [one.stat().st_size for one in path.rglob("*") if one.is_file()]
        if sizes:
            found.append(
                {
                    "place": place.format(dataset),
                    "what": what,
                    "files": len(sizes),
                    "bytes": sum(sizes),
                }
            )
    return found
