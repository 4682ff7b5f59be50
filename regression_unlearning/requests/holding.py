"""Where the project holds the rows of a request: its files and caches, with their sizes.

What is left of a model is a file of its own; all else is named by its folder. `purge` takes what
`held` lists.
"""

from collections.abc import Iterable, Mapping
from configparser import ConfigParser, Error
from contextlib import suppress
from pathlib import Path
from typing import Any

from regression_unlearning.data.fetching.local import Local
from regression_unlearning.files import read_record
from regression_unlearning.requests import ledger
from regression_unlearning.requests.ledger import AUDIT, FOLDER, Line

#: Folders, relative to the project's, and what lies in them; ``{}`` stands for the dataset.
PLACES = {
    "data/raw/{}": "files as they were fetched",
    "data/prepared/{}": "prepared arrays, the table of rows, forget sets",
    "observations/{}": "what models put out for each row",
    "relearning/{}": "relearning of forgotten rows",
    "checkpoints/original/{}": "models that were trained on the rows",
    "checkpoints/retrained/{}": "models that were trained without some rows",
    "checkpoints/unlearned/{}": "models unlearned from originals",
    "checkpoints/blindspot/{}": "helper models",
    ".dvc/cache": "DVC's cache, of all datasets",
}


def held(
    project: Path,
    dataset: str,
    lines: Iterable[Line] = (),
    hashes: Iterable[str] = (),
    more: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """Each place that is there: ``place``, ``what``, ``files`` (number), ``bytes``.

    Parameters
    ----------
    project, dataset : Path, str
        The project's folder, and whose rows.
    lines, hashes : iterables of Line, str
        Answers, whose models are places too where they hold any of the rows with these hashes.
    more : mapping of str to str
        Further places, and what lies there.
    """
    lines = list(lines)
    places = {place.format(dataset): what for place, what in PLACES.items()} | dict(more or {})
    wanted = set(hashes)
    for line in lines:
        if line.dataset == dataset and wanted - _forgot(project, lines, line):
            places[str(FOLDER / line.id / line.weights)] = "a model that holds the rows"
    found = []
    for place, what in places.items():
        path = project / place
        files = [one for one in (path, *path.rglob("*")) if one.is_file()]
        if files:
            size = sum(one.stat().st_size for one in files)
            found.append({"place": place, "what": what, "files": len(files), "bytes": size})
    return found


def outside(project: Path, dataset: str) -> list[str]:
    """What may hold the rows and lies outside of the project, as far as the project knows."""
    source = f"datasets.{dataset}.source"
    found = [
        f"{path}: the data were taken from there ({source})"
        for path in Local(project / "data/raw" / dataset).files
    ] or [f"the place that {source} names: the data were fetched from there"]
    dvc = ConfigParser()
    with suppress(Error, UnicodeDecodeError):
        dvc.read([project / ".dvc/config", project / ".dvc/config.local"])
    found += [f"{dvc[one]['url']}: a remote of DVC" for one in dvc.sections() if "url" in dvc[one]]
    for place in PLACES:
        path = project / place.format(dataset)
        if path.exists() and not path.resolve().is_relative_to(project.resolve()):
            found.append(f"{path.resolve()}: {path} leads there")
    return [*found, "the request itself, files of ids, history of git, exports, backups"]


def _forgot(project: Path, lines: Iterable[Line], line: Line) -> set[str]:
    """Hashes of the ids that the model of an answer has forgotten."""
    return {
        digest
        for one in ledger.chain(lines, line.dataset, line.seed)
        if one.number <= line.number
        for digest in read_record(project / FOLDER / one.id / AUDIT)["rows"]["hashes"]
    }
