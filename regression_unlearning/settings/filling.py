"""Methods' entries completed from what is said once of a method, of a dataset, and of the entry.

The options of a dataset's entry come, the nearer before the farther, from the entry, from the
record that its ``tuned`` names, from the dataset's ``unlearning``, from the entry of that name
under the top key ``methods``, and from the method's own defaults; where it has none, from the
family's.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from regression_unlearning.errors import UserError
from regression_unlearning.settings.defaults import unsaid
from regression_unlearning.settings.like import Key, expanded, merged
from regression_unlearning.settings.methods import knows, loaded, requires
from regression_unlearning.settings.records import Record, check_chosen, read_record
from regression_unlearning.settings.tuning import record_path
from regression_unlearning.settings.wording import shown


def filled(
    methods: Mapping[str, Any], datasets: Mapping[str, Any], folder: Path
) -> dict[str, dict[str, Any]]:
    """Complete entries of every dataset's methods; `tuned` is replaced by the record that it names.

    Parameters
    ----------
    methods : mapping
        What is said of each method once, without ``like``.
    datasets : mapping
        All datasets, without ``like`` but in their methods.
    folder : Path
        The project's folder, in which tuning/ lies.

    Raises
    ------
    UserError
        For a wrong `like`, and for a record that is missing, wrong, or not of these options.
    """
    owners = {
        owner: values
        for owner, values in datasets.items()
        if isinstance(values, Mapping) and isinstance(values.get("methods"), Mapping)
    }
    shared = {
        owner: values["unlearning"]
        for owner, values in owners.items()
        if isinstance(values.get("unlearning"), Mapping)
    }
    needed = {owner: unsaid(values) for owner, values in owners.items()}
    own_entries = {
        (owner, "methods", label): entry
        for owner, values in owners.items()
        for label, entry in values["methods"].items()
    }
    # A dataset's method may be like one that is said once, also where the dataset does not have it.
    once: dict[Key, dict[str, Any]] = {
        (owner, "methods", label): {} for owner in owners for label in methods
    }

    def join(key: Key, base: Mapping[str, Any] | None, own: Any) -> Any:
        owner, _, label = key
        if not isinstance(own, Mapping):
            return own
        if base is None:
            top = methods.get(label, {})
            named = {"method": label, **(top if isinstance(top, Mapping) else {}), **own}
            known = knows(named["method"])
            general = {k: v for k, v in shared.get(owner, {}).items() if k in known}
            must = requires(named["method"])
            basic = {k: v for k, v in needed[owner].items() if k in must}
            found = {**basic, **named, **general, **own}
        else:
            found = merged({k: v for k, v in base.items() if k != "tuned"}, own)
        if own.get("tuned") is None:
            return {k: v for k, v in found.items() if k != "tuned"}
        return _with_record(found, own, label, place(key), folder)

    complete = expanded({**once, **own_entries}, place, join)
    found: dict[str, dict[str, Any]] = {owner: {} for owner in owners}
    for key in own_entries:
        found[key[0]][key[2]] = complete[key]
    return found


def place(key: Key) -> str:
    """Place of a method's entry."""
    owner, part, label = key
    return f"datasets.{owner}.{part}.{label}"


def _with_record(
    options: dict[str, Any], own: Mapping[str, Any], label: str, where: str, folder: Path
) -> dict[str, Any]:
    """An entry with the options that the search named by its `tuned` chose."""
    record = own["tuned"]
    if not isinstance(record, Record):
        if not isinstance(record, str):
            raise UserError(
                f"{where}.tuned: must be the name of a dataset: {{tuned: stsb}} takes what "
                f"tuning/stsb/{label}.json has chosen (given: {shown(record)})"
            )
        try:
            record = read_record(folder, record, label)
        except UserError as error:
            raise UserError(f"{where}.tuned: {error}") from None
    file = record_path(record.dataset, label)
    if (module := loaded(options["method"])) is not None:  # else it is said elsewhere
        space = getattr(module, "SEARCH", {})
        check_chosen(record, space, options["method"], f"{where}.tuned: {file}")
    for key, value in record.chosen.items():
        if own.get(key) not in (None, value):
            raise UserError(
                f"{where}.{key}: {own[key]} stands here, {value} was chosen in {file}: take out "
                f"{key}, or tuned."
            )
    return {**options, **record.chosen, "tuned": record}
