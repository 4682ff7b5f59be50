"""A configuration in which each entry is complete: no ``like``, methods with all their options."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from regression_unlearning.settings.defaults import loss_of, titled
from regression_unlearning.settings.filling import filled
from regression_unlearning.settings.like import LIKE, expanded, without_out
from regression_unlearning.settings.methods import of_classes
from regression_unlearning.settings.records import Record
from regression_unlearning.settings.shared_options import check_said_once
from regression_unlearning.settings.sweep import swept, with_sweeps
from regression_unlearning.settings.target_scale import CLASSES


def resolved(values: Mapping[str, Any], folder: str | Path = ".") -> dict[str, Any]:
    """The same configuration with each entry complete: no ``like``, methods with all their options.

    Parameters
    ----------
    values : mapping
        What params.yaml holds.
    folder : path
        The project's folder, in which tuning/ is.

    Returns
    -------
    dict
        A copy, with the names of records in place of the records.

    Raises
    ------
    UserError
        See `settings.like.expanded` and `settings.filling.filled`.
    """
    return without_out(_named_records(complete(values, Path(folder))))


def complete(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The configuration with its entries complete; records of searches in place of their names.

    Parameters
    ----------
    values, folder
        See `resolved`.

    Returns
    -------
    dict
        A copy.

    Raises
    ------
    UserError
        See `resolved`.
    """
    result = dict(values)
    for part in ("embeddings", "methods", "datasets", "experiments"):
        if isinstance(values.get(part), Mapping):
            entries = values[part].items()
            if part == "methods":  # what is like an entry is of the same method
                entries = [(name, _of_method(name, entry)) for name, entry in entries]
            one = {("", part, name): entry for name, entry in entries}
            entries = expanded(one, lambda key: f"{key[1]}.{key[2]}")
            result[part] = {key[2]: entry for key, entry in entries.items()}
    result = _inner(result, "experiments", ("tables", "figures"))
    result = without_out(_inner(result, "datasets", ("forget_sets",)))
    for part in ("datasets", "experiments"):
        if isinstance(result.get(part), Mapping):
            result[part] = titled(result[part])
    methods, datasets = (result.get(part, {}) for part in ("methods", "datasets"))
    if isinstance(methods, Mapping) and isinstance(datasets, Mapping):
        silent = [
            name
            for name, dataset in datasets.items()
            if isinstance(dataset, Mapping) and "methods" not in dataset
        ]
        every: dict[str, Any] = {"methods": {label: {} for label in methods}}
        datasets = {**datasets, **{name: {**datasets[name], **every} for name in silent}}
        entries = without_out(filled(methods, datasets, folder))
        for name in silent:
            if loss_of(datasets[name]) == CLASSES:
                entries[name] = of_classes(entries[name])
        further: dict[str, dict[str, list[str]]] = {}
        for name in entries:
            entries[name], further[name] = swept(entries[name], f"datasets.{name}.methods")
        result["datasets"] = {
            name: {**dataset, "methods": entries[name]} if name in entries else dataset
            for name, dataset in datasets.items()
        }
        if isinstance(result.get("experiments"), Mapping):
            result["experiments"] = with_sweeps(result["experiments"], further)
        check_said_once(methods, result["datasets"])
    return result


def _of_method(name: str, entry: Any) -> Any:
    here = isinstance(entry, Mapping) and LIKE not in entry
    return {"method": name, **entry} if here else entry


def _inner(values: dict[str, Any], section: str, parts: Sequence[str]) -> dict[str, Any]:
    """The configuration with the entries inside some mappings of each dataset, or experiment."""
    owners = values.get(section)
    if not isinstance(owners, Mapping):
        return values
    held = [
        (owner, part)
        for owner, entry in owners.items()
        if isinstance(entry, Mapping)
        for part in parts
        if isinstance(entry.get(part), Mapping)
    ]
    keys = {
        (owner, part, name): entry
        for owner, part in held
        for name, entry in owners[owner][part].items()
    }
    entries = expanded(keys, lambda key: f"{section}.{'.'.join(map(str, key))}")
    result = dict(owners)
    for owner, part in held:
        inside = {key[2]: entry for key, entry in entries.items() if key[:2] == (owner, part)}
        result[owner] = {**result[owner], part: titled(inside)}
    return {**values, section: result}


def _named_records(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _named_records(one) for key, one in value.items()}
    return value.dataset if isinstance(value, Record) else value
