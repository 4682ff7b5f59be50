"""Defaults of what an entry leaves out: a dataset's network, loss and trainings, by its family."""

from collections.abc import Mapping
from typing import Any

from regression_unlearning import registry
from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import Section
from regression_unlearning.settings.training import Training
from regression_unlearning.settings.wording import shown

#: Stands where what it follows from is wrong.
ANYTHING = {
    "model": Section(),
    "loss": "mse",
    "training": Training(epochs=1, learning_rate=1),
    "blindspot": Training(epochs=1, learning_rate=1),
}


def of_family(family: str) -> Mapping[str, Any]:
    """A family's defaults for its datasets: its DEFAULTS (see `data.family`).

    Raises
    ------
    UserError
        When these are no mapping.
    """
    defaults = getattr(registry.load("family", family), "DEFAULTS", {})
    if not isinstance(defaults, Mapping):
        raise UserError(
            f"family {family!r}: DEFAULTS must be a mapping (given: {shown(defaults)})."
        )
    return defaults


def default_of(key: str, given: Mapping[str, Any]) -> Any:
    """The value of a key that a dataset's entry leaves out.

    Parameters
    ----------
    key : str
        The key.
    given : mapping
        Values of the keys before it, without wrong ones, which have been reported.

    Raises
    ------
    UserError
        Where it follows from the family of the dataset's loader, and that has no default.
    """
    if key == "quantiles":
        return (0.1, 0.5, 0.9) if given.get("loss") == "quantile" else ()
    if key == "blindspot" and (training := given.get("training")):
        epochs = max(1, training.epochs // 10)
        return training.model_copy(update={"epochs": epochs, "schedule": None})
    if key == "blindspot" or "loader" not in given:
        return ANYTHING[key]
    family = registry.family_of(given["loader"])
    if key not in of_family(family):
        raise UserError(f"this key is required (the family {family!r} of its data has no default)")
    return of_family(family)[key]


def loss_of(dataset: Mapping[str, Any]) -> Any:
    """The loss of a dataset's entry, said or its family's; None where its loader is wrong."""
    try:
        return dataset.get("loss") or default_of("loss", {"loader": str(dataset.get("loader"))})
    except UserError:
        return None


def unsaid(dataset: Mapping[str, Any]) -> dict[str, Any]:
    """Options that a dataset's methods take where nothing says them and they have no default."""
    try:
        return of_family(registry.family_of(str(dataset.get("loader")))).get("unlearning", {})
    except UserError:
        return {"epochs": 1, "learning_rate": 1}  # the loader's check says it


def titled(entries: Any) -> Any:
    """Entries by name, each with a title: its name, where it has no other."""
    if not isinstance(entries, Mapping):
        return entries
    return {
        name: {"title": str(name), **entry}
        if isinstance(entry, Mapping) and "title" not in entry
        else entry
        for name, entry in entries.items()
    }
