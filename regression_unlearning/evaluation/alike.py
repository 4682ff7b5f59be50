"""Whether the models of one seed were made of the same files."""

from collections.abc import Mapping
from pathlib import Path

from regression_unlearning.errors import UserError
from regression_unlearning.evaluation.inputs import ORIGINAL
from regression_unlearning.files import read_record

#: What models of one seed have in common, by its name among a record's inputs.
ALIKE = {"prepared": "dataset", "parts": "forget set", "original": "original model"}


def made_alike(models: Mapping[str, Mapping[str, Mapping[int, Path]]]) -> None:
    """See that all models of a seed were made of one dataset, forget set and original.

    Where a forget set comes after another, each method starts from a model of its own.

    Parameters
    ----------
    models : mapping
        See `measuring.Work.models`.

    Raises
    ------
    UserError
        Naming two that were not: a file was changed between them.
    """
    known: dict[tuple[int, str], dict[Path, str]] = {}
    start: dict[int, str] = {}
    for method, files in models.items():
        for seed, path in files.get("records", {}).items():
            record = read_record(path)
            if method == ORIGINAL:
                start[seed] = record.get("sha256", "")
            for key in ALIKE.keys() & record.get("inputs", {}).keys():
                known.setdefault((seed, key), {})[path] = record["inputs"][key]
    for (seed, key), digests in sorted(known.items()):
        right = start.get(seed) if key == "original" else next(iter(digests.values()))
        odd = [path for path, digest in digests.items() if digest != right]
        alike = next((path for path, digest in digests.items() if digest == right), None)
        if odd and alike:
            raise UserError(
                f"{odd[0]} was made of another {ALIKE[key]} than {alike}: a file was changed "
                "between the two. Delete both, with their models, and run the same command again."
            )
