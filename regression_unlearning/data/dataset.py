"""Open a dataset of params.yaml without the workflow: fetch, prepare, select, load."""

import os
from pathlib import Path

import numpy as np

from regression_unlearning import registry
from regression_unlearning.data.fetching.mirror import mirror_of
from regression_unlearning.data.forget_sets import select
from regression_unlearning.data.prepared import ARRAYS, Prepared, load_prepared, prepare
from regression_unlearning.data.source import fetch_raw
from regression_unlearning.errors import unknown
from regression_unlearning.requests.forgotten import left
from regression_unlearning.settings.document import Settings


def open_dataset(
    settings: Settings, name: str, forget_set: str, folder: str | Path = "data", device: str = "cpu"
) -> tuple[Prepared, dict[str, np.ndarray]]:
    """Load a dataset and the parts that a forget set makes of it; fetch and prepare it if needed.

    Parameters
    ----------
    settings : Settings
        See `load_settings`.
    name, forget_set : str
        Keys of params.yaml.
    folder : path
        Where ``raw/{name}`` and ``prepared/{name}`` lie, or are made.
    device : str
        Where the arrays go.

    Returns
    -------
    Prepared
        Inputs and targets.
    dict of int32 arrays
        Row numbers by part; see `data.forget_sets.select`. Rows that a deletion request named are
        in none.

    Raises
    ------
    UserError
        For an unknown name, or raw files that are missing or wrong.
    """
    if name not in settings.datasets:
        raise unknown("dataset", name, settings.datasets)
    chosen = settings.datasets[name]
    if forget_set not in chosen.forget_sets:
        raise unknown("forget set", forget_set, chosen.forget_sets, f"datasets.{name}")
    names = (*reversed(chosen.earlier(forget_set)), forget_set)
    sets = {one: chosen.forget_sets[one] for one in names}
    rows, parts = left(made_ready(settings, name, folder), *sets.values()), None
    for one, selector in sets.items():
        parts = select(rows, selector, one, parts)
    return load_dataset(settings, name, folder, device), parts


def made_ready(settings: Settings, name: str, folder: str | Path = "data") -> Path:
    """Return the folder of a prepared dataset; fetch and prepare the dataset first if needed.

    Parameters
    ----------
    settings : Settings
        See `load_settings`.
    name : str
        A key of ``datasets`` in params.yaml.
    folder : path
        Where ``raw/{name}`` and ``prepared/{name}`` are, or are made.

    Returns
    -------
    Path
        ``{folder}/prepared/{name}``.

    Raises
    ------
    UserError
        For raw files that are missing or wrong.
    """
    chosen = settings.datasets[name]
    raw, prepared = Path(folder, "raw", name), Path(folder, "prepared", name)
    if not (prepared / ARRAYS).is_file():
        embedding = settings.word_vectors_of(name)
        fetch_raw(
            chosen.loader,
            raw,
            chosen.source,
            mirror=mirror_of(settings.data_mirror),
            checksums=Path(folder, "checksums.json"),
            embedding=embedding,
        )
        prepare(raw, prepared, chosen.loader, chosen.source, embedding, os.cpu_count() or 1)
    return prepared


def load_dataset(
    settings: Settings, name: str, folder: str | Path = "data", device: str = "cpu"
) -> Prepared:
    """Load a prepared dataset of params.yaml onto a device.

    Parameters
    ----------
    settings : Settings
        See `load_settings`.
    name : str
        A key of ``datasets`` in params.yaml.
    folder : path
        Where ``prepared/{name}`` is.
    device : str
        Where the arrays go.

    Returns
    -------
    Prepared
        Inputs and targets.

    Raises
    ------
    UserError
        See `load_prepared`.
    """
    chosen = settings.datasets[name]
    family, reading = registry.family_of(chosen.loader), chosen.reading.plain()
    prepared = Path(folder, "prepared", name)
    return load_prepared(prepared, family, device, reading, chosen.target_scale)
