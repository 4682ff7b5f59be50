"""Where the project holds the rows of a request: its files and caches, with their sizes.

What is left of a model is a file of its own; all else is named by its folder. `purge` takes what
`held` lists.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from configparser import ConfigParser, Error
from contextlib import suppress
from pathlib import Path
from typing import Any

from regression_unlearning.data.fetching.local import Local
from regression_unlearning.data.prepared import read_rows
from regression_unlearning.errors import UserError
from regression_unlearning.files import read_record
from regression_unlearning.requests import ledger
from regression_unlearning.requests.ledger import AUDIT, FOLDER, Line

#: Files of a source that are named one by one, at most; of more their folders are.
FILES = 5
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
    """Each place that exists, as a dict: ``place``, ``what``, ``files`` (number), ``bytes``.

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
    candidates = {place.format(dataset): what for place, what in PLACES.items()} | dict(more or {})
    asked = set(hashes)
    forgot: dict[int, set[str]] = defaultdict(set)  # by each seed's model so far
    for line in (one for one in lines if one.dataset == dataset):
        if line.passed:
            record = read_record(project / FOLDER / line.id / AUDIT)
            forgot[line.seed].update(record["rows"]["hashes"])
        if asked - forgot[line.seed]:
            candidates[str(FOLDER / line.id / line.weights)] = "a model that holds the rows"
    entries = []
    for place, what in candidates.items():
        path = project / place
        files = [one for one in (path, *path.rglob("*")) if one.is_file()]
        if files:
            size = sum(one.stat().st_size for one in files)
            entries.append({"place": place, "what": what, "files": len(files), "bytes": size})
    return entries


def outside(
    project: Path, dataset: str, lines: Iterable[Line] = (), hashes: Iterable[str] = ()
) -> list[str]:
    """What may hold the rows and is not taken by `purge`, as far as the project knows.

    Parameters
    ----------
    project, dataset, lines, hashes
        See `held`: models that chains began with are named, and other datasets that have such ids.

    Returns
    -------
    list of str
        A line for each.
    """
    source = f"datasets.{dataset}.source"
    taken = [Path(one) for one in Local(project / "data/raw" / dataset).files]
    if len(taken) > FILES:
        taken = sorted({one.parent for one in taken})
    places = [f"{path}: the data were taken from there ({source})" for path in taken] or [
        f"the place that {source} names: the data were fetched from there"
    ]
    dvc = ConfigParser()
    with suppress(Error, UnicodeDecodeError):
        dvc.read([project / ".dvc/config", project / ".dvc/config.local"])
    for key, what in (("url", "a remote of DVC"), ("dir", "DVC's cache")):
        places += [f"{dvc[one][key]}: {what}" for one in dvc.sections() if key in dvc[one]]
    for place in PLACES:
        path = project / place.format(dataset)
        if path.exists() and not inside(project, path):
            places.append(f"{path.resolve()}: {path} leads there")
    for line in lines:
        if line.dataset == dataset:
            start = read_record(project / FOLDER / line.id / AUDIT)["start"]["file"]
            known = start.startswith((f"{FOLDER}/", *(one.format(dataset) for one in PLACES)))
            if not known and (project / start).exists():
                places.append(f"{start}: request {line.id!r} began with this model")
    places += [
        line
        for path in sorted((project / "data/prepared").glob("*/rows.csv"))
        if path.parent.name != dataset
        for line in _there_too(project, path.parent, set(hashes))
    ]
    return [
        *dict.fromkeys(places),
        "the request itself, files of ids, params.yaml, .settings and logs where they name ids, "
        "history of git, exports, backups",
    ]


def _there_too(project: Path, prepared: Path, hashes: set[str]) -> list[str]:
    """A remark on another prepared dataset if it holds ids with such hashes; else nothing."""
    if not hashes:
        return []
    try:
        ids = read_rows(prepared)["id"].astype(str)
    except UserError:
        return [f"{prepared}: it could not be read, nobody knows whose rows it holds"]
    same = len(hashes.intersection(ledger.hashed(ledger.key(project / FOLDER), ids)))
    return [
        f"{prepared}: {same:,} of the ids stand there too; if they are the same rows, ask for them "
        f"under `dataset: {prepared.name}`"
    ] * bool(same)


def inside(project: Path, path: Path) -> bool:
    """Whether a path is in the project itself, and no link leads from it elsewhere.

    Parameters
    ----------
    project, path : Path
        The project's folder, and a path that begins with it.

    Raises
    ------
    ValueError
        When `path` does not begin with `project`.
    """
    return path.resolve() == project.resolve() / path.relative_to(project)
