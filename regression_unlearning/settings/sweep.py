"""Sweeps: a method at several values of one of its options, each value an entry of its own.

A dataset's method that says ``sweep: {alpha: [0.1, 1]}`` stands for three: itself, and
``NAME_alpha_0_1`` and ``NAME_alpha_1`` with that value and all else alike, the budget included.
Tables and figures of the kind ``front`` show the whole of a method that they name.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from regression_unlearning.errors import UserError
from regression_unlearning.settings.wording import shown

SWEEP, FRONT = "sweep", "front"


def swept(entries: Mapping[str, Any], place: str) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """A dataset's complete entries of methods, and of each that has a sweep the further labels.

    Raises
    ------
    UserError
        When a sweep is no mapping of options to lists, or makes an entry that is there.
    """
    result: dict[str, Any] = {}
    further: dict[str, list[str]] = {}
    for label, entry in entries.items():
        if not isinstance(entry, Mapping) or SWEEP not in entry:
            result[label] = entry
            continue
        sweep, where = entry[SWEEP], f"{place}.{label}.{SWEEP}"
        own = {key: value for key, value in entry.items() if key != SWEEP}
        result[label] = own
        if not isinstance(sweep, Mapping):
            raise UserError(
                f"{where}: must name an option and its values, such as {{alpha: [0.1, 1]}} "
                f"(given: {shown(sweep)})"
            )
        for option, values in sweep.items():
            if not isinstance(values, list):
                raise UserError(f"{where}.{option}: must be a list (given: {shown(values)})")
            for value in values:
                name = f"{label}_{option}_{_part(value)}"
                if name in entries or name in result:
                    raise UserError(f"{where}.{option}: {name!r} is there already; take one out.")
                title = f"{own.get('title', label)}, {str(option).replace('_', ' ')} {value}"
                one = {**own, "title": title, option: value}
                result[name] = {key: kept for key, kept in one.items() if key != "tuned"}
                further.setdefault(label, []).append(name)
    return result, further


def _part(value: Any) -> str:
    """A value as the end of a name."""
    return re.sub("[^a-z0-9]+", "_", str(value).lower()).strip("_")


def with_sweeps(
    experiments: Mapping[str, Any], further: Mapping[str, Mapping[str, Iterable[str]]]
) -> dict[str, Any]:
    """Experiments whose layouts of the kind `FRONT` name the settings of the methods they name.

    Parameters
    ----------
    experiments : mapping
        Without ``like``.
    further : mapping
        By dataset and method the labels of its other settings; see `swept`.
    """
    result = {}
    for name, experiment in experiments.items():
        result[name] = experiment
        for part in ("tables", "figures"):
            held = experiment.get(part) if isinstance(experiment, Mapping) else None
            if isinstance(held, Mapping):
                whole = {key: _whole(layout, further) for key, layout in held.items()}
                result[name] = {**result[name], part: whole}
    return result


def _whole(layout: Any, further: Mapping[str, Mapping[str, Iterable[str]]]) -> Any:
    if not isinstance(layout, Mapping) or layout.get("kind") != FRONT:
        return layout
    methods, dataset = layout.get("methods"), layout.get("dataset")
    more = next((further[one] for one in further if one in (dataset, *_several(dataset))), {})
    shown_too = [one for name in _several(methods) for one in (name, *more.get(str(name), ()))]
    return {**layout, "methods": shown_too} if isinstance(methods, list) else layout


def _several(names: Any) -> list[Any]:
    return names if isinstance(names, list) else []
