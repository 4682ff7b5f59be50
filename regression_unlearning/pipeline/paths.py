"""Path of every file of the workflow, relative to the project's root.

The parts of a path are a dataset, a forget set, a method's label, a seed; ``{...}`` may stand for
any of them, as in the rules.
"""

from pathlib import Path

from regression_unlearning.settings.tuning import record_path


def manifest(dataset: str) -> str:
    """Manifest of a dataset's raw files."""
    return f"data/raw/{dataset}/manifest.json"


def local(dataset: str) -> str:
    """Record of changes to a dataset's local source files; see `pipeline.local`."""
    return f".fingerprints/local-{dataset}.txt"


def arrays(dataset: str) -> str:
    """A prepared dataset's arrays."""
    return f"data/prepared/{dataset}/arrays.safetensors"


def rows(dataset: str) -> str:
    """A prepared dataset's table of rows."""
    return f"data/prepared/{dataset}/rows.csv"


def facts(dataset: str) -> str:
    """Facts of a prepared dataset that tables show."""
    return f"data/prepared/{dataset}/facts.json"


def parts(dataset: str, forget_set: str) -> str:
    """The parts into which a forget set divides a dataset."""
    return f"data/prepared/{dataset}/forget_sets/{forget_set}.npz"


def original(dataset: str, seed: int | str) -> str:
    """Checkpoint of an original model."""
    return f"checkpoints/original/{dataset}/seed_{seed}.safetensors"


def retrained(dataset: str, forget_set: str, seed: int | str) -> str:
    """Checkpoint of a retrained (gold) model."""
    return f"checkpoints/retrained/{dataset}/{forget_set}/seed_{seed}.safetensors"


def precision(dataset: str) -> str:
    """What `precision: auto` chose for a dataset.

    In a folder that DVC records after any training may have made it, of a brought original too.
    """
    return f"checkpoints/retrained/{dataset}/precision.json"


def helper(dataset: str, forget_set: str, kind: str, further: str | None, seed: int | str) -> str:
    """Checkpoint of a helper model; `further` names one beside the dataset's own."""
    folder = f"{forget_set}/{further}" if further else forget_set
    return f"checkpoints/{kind}/{dataset}/{folder}/seed_{seed}.safetensors"


def unlearned(dataset: str, forget_set: str, label: str, seed: int | str) -> str:
    """Checkpoint of an unlearned model."""
    return f"checkpoints/unlearned/{dataset}/{forget_set}/{label}/seed_{seed}.safetensors"


def checkpoint(dataset: str, forget_set: str, label: str, seed: int | str) -> str:
    """Checkpoint of any model that a table shows: a method's, the original or the retrained one."""
    if label == "original":
        return original(dataset, seed)
    if label == "retrained":
        return retrained(dataset, forget_set, seed)
    return unlearned(dataset, forget_set, label, seed)


def record(path: str) -> str:
    """The JSON beside a checkpoint."""
    return path.removesuffix(".safetensors") + ".json"


def observation(dataset: str, forget_set: str, label: str, seed: int | str) -> str:
    """Observation of a model: outputs for every row, and activations."""
    return f"observations/{dataset}/{forget_set}/{label}/seed_{seed}.npz"


def relearning(dataset: str, forget_set: str, label: str, seed: int | str) -> str:
    """Relearning counts of a model on its forget set."""
    return f"relearning/{dataset}/{forget_set}/{label}/seed_{seed}.json"


def relearning_pair(dataset: str, forget_set: str, seed: int, other_seed: int) -> str:
    """Relearning counts of the retrained model of `other_seed` towards the original of `seed`."""
    path = relearning(dataset, forget_set, "retrained", other_seed)
    return f"{path.removesuffix('.json')}_to_seed_{seed}.json"


def measured(experiment: str, dataset: str, forget_set: str) -> str:
    """All values that an experiment measures on a forget set."""
    return f"measures/{experiment}/{dataset}/{forget_set}.csv"


def cells(dataset: str, forget_set: str) -> str:
    """Folder of values that any experiment has measured on a forget set."""
    return f"measures/cells/{dataset}/{forget_set}"


def cell(path: Path) -> tuple[str, ...] | None:
    """Dataset, forget set, method and measure of a file in a folder of `cells`; None for others.

    Parameters
    ----------
    path : Path
        Relative to the project's root.
    """
    parts = path.parts
    if len(parts) != 5 or parts[:2] != ("measures", "cells"):
        return None
    return (*parts[2:4], *parts[4].split("-")[:2])


def result(experiment: str, name: str) -> str:
    """A table, a figure or the report of an experiment, without its ending."""
    return f"results/{experiment}/{name}"


def search(dataset: str, label: str) -> str:
    """The record of a search for a method's settings."""
    return record_path(dataset, label)


def shown_path(path: str | Path) -> str:
    """A path relative to the working folder where it lies inside; else the path as it is.

    Parameters
    ----------
    path : path
        Absolute or relative.
    """
    path, here = Path(path), Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
