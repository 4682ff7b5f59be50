"""What an experiment's numbers were made with: settings, code, data, versions, machines."""

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

VALUES, PROVENANCE, CLAIMS = "values.csv", "provenance.json", "claims"
#: What of a machine is nobody else's business, or varies from job to job.
LEFT_OUT = ("host", "job", "peak_memory_mib", "peak_device_memory_mib")
PACKAGES = ("numpy", "scipy", "scikit-learn", "pandas", "matplotlib")


def gather(settings: Mapping[str, Any], records: Iterable[Path], text: str) -> dict[str, Any]:
    """Gather the provenance of an experiment.

    Parameters
    ----------
    settings : mapping
        What the workflow says of the report: see `pipeline.reported.of_report`; ``experiment`` too.
    records : iterable of Path
        The JSON beside each checkpoint.
    text : str
        Content of the file of values.

    Returns
    -------
    dict
        JSON values: the same inputs, the same dict.
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
        "settings": settings["params"],
    }


def command(settings: Mapping[str, Any]) -> str:
    """The command that makes an experiment: with its word vectors, where it reads any."""
    datasets = settings["params"].get("datasets", {}).values()
    vectors = dict.fromkeys(
        dataset["embedding"] for dataset in datasets if dataset.get("embedding")
    )
    chosen = " ".join(f"embedding={name}" for name in vectors)
    parts = ("snakemake --cores 2 --config", f"experiment={settings['experiment']}", chosen)
    return " ".join(filter(None, (*parts, "-- all_tables")))


def _step(record: Mapping[str, Any]) -> str:
    """What a checkpoint's code made: a training, or a method by its name."""
    return record.get("method") or "training"


def read(folder: Path) -> tuple[list[Value], dict[str, Any]]:
    """An experiment's values and their provenance.

    Raises
    ------
    UserError
        When one is missing, or the values are not those that the provenance is of.
    """
    record = read_record(folder / PROVENANCE, plain=True)  # of an earlier version it has no seal
    path = folder / VALUES
    if not isinstance(record, dict) or sha256(path) != record.get("values_sha256"):
        raise UserError(
            f"{path} is not the file that {folder / PROVENANCE} tells of; take both from one "
            "commit, or make them anew."
        )
    return values.from_text(path.read_text(encoding="utf-8"), path), record


def check_table(path: Path, measured: Sequence[Value], record: Mapping[str, Any]) -> None:
    """See that a table's CSV file is what the values say.

    Raises
    ------
    UserError
        When it is not, or cannot be read.
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
    """Make an experiment's tables and claims anew from its values, and compare with what is there.

    Returns
    -------
    dict of str to str
        File to what is wrong with it: empty where it holds what the values say.

    Raises
    ------
    UserError
        See `read`.
    """
    measured, record = read(folder)
    if missing := [key for key in ("tables", "claims", "title") if key not in record]:
        raise UserError(f"{folder / PROVENANCE} has no {missing[0]!r}; make it anew.")
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
    """The first line in which a file differs from what the values say."""
    lines, expected = here.splitlines(), text.splitlines()
    for number, (line, expected_line) in enumerate(zip(lines, expected, strict=False), 1):
        if line != expected_line:
            return f"line {number} is {line!r}; the values say {expected_line!r}"
    return f"it has {len(lines)} lines; the values say {len(expected)}"
