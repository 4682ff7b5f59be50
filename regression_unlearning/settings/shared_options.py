"""Options that are said for several methods at once: checked where they are said."""

from collections.abc import Mapping
from typing import Any

from regression_unlearning import registry
from regression_unlearning.errors import UserError, unknown
from regression_unlearning.settings.methods import knows, opened
from regression_unlearning.settings.section import validated


def check_said_once(methods: Mapping[str, Any], datasets: Mapping[str, Any]) -> None:
    """Check options where they are said for several entries: there, and not where they are used.

    Raises
    ------
    UserError
        With a line for each.
    """
    problems = []
    for label, entry in methods.items():
        where = f"methods.{label}"
        try:
            _, module, options = opened(label, entry, where)
            validated(module.Settings, options, where, partial=True)
        except UserError as error:
            problems.append(str(error))
    for owner, values in datasets.items():
        if isinstance(values, Mapping) and isinstance(values.get("unlearning"), Mapping):
            problems += _wrong_for_all(values, f"datasets.{owner}.unlearning")
    if problems:
        raise UserError("\n".join(problems))


def _wrong_for_all(values: Mapping[str, Any], where: str) -> list[str]:
    """What is wrong in a dataset's `unlearning`."""
    entries = values.get("methods")
    entries = entries.values() if isinstance(entries, Mapping) else ()
    names = {str(one["method"]) for one in entries if isinstance(one, Mapping)}
    used = {name: knows(name) for name in sorted(names)}
    problems = []
    for key, value in values["unlearning"].items():
        method = next((name for name, known in used.items() if key in known), None)
        try:
            if method is None:
                raise unknown("key", str(key), frozenset().union(*used.values()), where)
            validated(registry.load("method", method).Settings, {key: value}, where, partial=True)
        except UserError as error:
            problems.append(str(error))
    return problems
