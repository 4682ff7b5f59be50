"""The provenance of an experiment's numbers: settings, code, data, versions, machines."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from regression_unlearning import __version__, seals
from regression_unlearning.errors import UserError
from regression_unlearning.evaluation import values
from regression_unlearning.evaluation.values import Value
from regression_unlearning.files import read_record, sha256
from regression_unlearning.reporting import claims_files, summaries
from regression_unlearning.reporting.claims import claims_of
from regression_unlearning.reporting.tabling import Tabling
from regression_unlearning.settings.precision import replaced

VALUES, PROVENANCE, CLAIMS = "values.csv", "provenance.json", "claims"
#: Facts about a machine that are private, or vary from job to job.
LEFT_OUT = ("host", "job", "peak_memory_mib", "peak_device_memory_mib")
PACKAGES = ("numpy", "scipy", "scikit-learn", "pandas", "matplotlib")


def gather(settings: Mapping[str, Any], records: Iterable[Path], text: str) -> dict[str, Any]:
    """Gather the provenance of an experiment.

    Parameters
    ----------
    settings : mapping
        The report's settings (see `pipeline.reported.of_report`), with ``experiment``.
    records : iterable of Path
        The JSON record beside each checkpoint.
    text : str
        Content of values.csv.

    Returns
    -------
    dict
        JSON values; the same input gives the same dict.
    """
    import hashlib

    code: dict[str, set[str]] = {}
    data: dict[str, set[str]] = {}
    machines: Counter[str] = Counter()
    for path in records:
        record = read_record(path)
        if "given" in record:
            continue
        code.setdefault(_step(record), set()).add(record["code"])
        data.setdefault(record["names"][0], set()).add(record["inputs"]["prepared"])
        machine = {key: value for key, value in record["machine"].items() if key not in LEFT_OUT}
        machines[json.dumps(machine, sort_keys=True)] += 1
    chosen = {
        dataset: read_record(Path(path))
        for dataset, path in settings.get("precisions", {}).items()
        if Path(path).is_file()
    }
    for choice in chosen.values():
        for key in LEFT_OUT:
            choice.get("machine", {}).pop(key, None)
    return {
        "experiment": settings["experiment"],
        "title": settings["title"],
        "seeds": settings["seeds"],
        "command": command(settings),
        "values_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "versions": {"regression-unlearning": __version__, **{n: version(n) for n in PACKAGES}},
        "code": {step: sorted(hashes) for step, hashes in sorted(code.items())},
        "data": {dataset: sorted(hashes) for dataset, hashes in sorted(data.items())},
        "machines": [
            {"models": count, **json.loads(machine)} for machine, count in sorted(machines.items())
        ],
        "tables": settings["tables"],
        "claims": settings["claims"],
        "settings": with_choices(settings["params"], chosen),
        **({"precisions": chosen} if chosen else {}),
    }


def with_choices(params: Mapping[str, Any], chosen: Mapping[str, Any]) -> dict[str, Any]:
    """The settings behind an experiment, with what `precision: auto` chose in its place.

    Parameters
    ----------
    params, chosen : mapping
        See `pipeline.reported.of_report`; the choice of each dataset that has one.
    """
    if not chosen:
        return {**params}
    datasets = dict(params["datasets"])
    for name, choice in chosen.items():
        datasets[name] = replaced(datasets[name], choice["precision"])
    return {**params, "datasets": datasets}


def command(settings: Mapping[str, Any]) -> str:
    """The command that makes an experiment, with the word vectors that it reads."""
    datasets = settings["params"].get("datasets", {}).values()
    vectors = dict.fromkeys(
        dataset["embedding"] for dataset in datasets if dataset.get("embedding")
    )
    chosen = " ".join(f"embedding={name}" for name in vectors)
    parts = ("snakemake --cores 2 --config", f"experiment={settings['experiment']}", chosen)
    return " ".join(filter(None, (*parts, "-- all_tables")))


def _step(record: Mapping[str, Any]) -> str:
    """The step that made a checkpoint: ``"training"``, or the method's name."""
    return record.get("method") or "training"


def read(folder: Path) -> tuple[list[Value], dict[str, Any]]:
    """Read an experiment's values and their provenance.

    Parameters
    ----------
    folder : Path
        With values.csv and provenance.json.

    Returns
    -------
    values : list of Value
    record : dict
        See `gather`.

    Raises
    ------
    UserError
        When a file is missing, or the provenance belongs to other values.
    """
    record = read_record(folder / PROVENANCE, plain=True)  # of an earlier version: no seal
    path = folder / VALUES
    if not isinstance(record, dict) or sha256(path) != record.get("values_sha256"):
        raise UserError(
            f"{path} is not the file that {folder / PROVENANCE} describes; take both from "
            "one commit, or make them again."
        )
    return values.from_text(path.read_text(encoding="utf-8"), path), record


def check_table(path: Path, measured: Sequence[Value], record: Mapping[str, Any]) -> None:
    """Check that a table's CSV file follows from the values.

    Parameters
    ----------
    path : Path
        The CSV file, named after the table.
    measured, record : sequence of Value, mapping
        See `read`.

    Raises
    ------
    UserError
        When it does not, or cannot be read.
    """
    try:
        tabling = Tabling(measured, record["tables"][path.stem])
        if path.read_text(encoding="utf-8") == summaries.as_csv(
            tabling.layout.measured(tabling.summaries)
        ):
            return
        why = f"it is not what {path.with_name(VALUES)} says"
    except (KeyError, UnicodeDecodeError, OSError) as error:
        why = getattr(error, "strerror", None) or str(error)
    raise UserError(seals.damaged(path, why))


def verify(folder: Path) -> dict[str, str]:
    """Make an experiment's tables and claims again from its values, and compare the files.

    Parameters
    ----------
    folder : Path
        With values.csv, provenance.json, tables and claims.

    Returns
    -------
    dict of str to str
        File to its first difference; empty where there is none.

    Raises
    ------
    UserError
        See `read`.
    """
    measured, record = read(folder)
    if missing := [key for key in ("tables", "claims", "title") if key not in record]:
        raise UserError(f"{folder / PROVENANCE} has no {missing[0]!r}; make it again.")
    expected = {
        f"{name}{ending}": text
        for name, settings in record["tables"].items()
        for ending, text in Tabling(measured, settings).files().items()
    }
    if record["claims"]:
        checked = claims_files.files(claims_of(measured, record), record["title"])
        expected |= {f"{CLAIMS}{ending}": text for ending, text in checked.items()}
    differences = {}
    for name, text in expected.items():
        try:
            here = (folder / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            differences[name] = f"cannot be read: {error}"
            continue
        differences[name] = "" if here == text else _first_difference(here, text)
    return differences


def _first_difference(here: str, text: str) -> str:
    """The first line in which a file differs from the expected text, in words."""
    lines, expected = here.splitlines(), text.splitlines()
    for number, (line, expected_line) in enumerate(zip(lines, expected, strict=False), 1):
        if line != expected_line:
            return f"line {number} is {line!r}; the values say {expected_line!r}"
    return f"it has {len(lines)} lines; the values say {len(expected)}"
