"""What an entry need not say: a dataset's network, loss and trainings are then its family's."""

from collections.abc import Mapping
from typing import Any

from regression_unlearning import registry
from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import Section
from regression_unlearning.settings.training import Training

#: Stands where what it follows from is wrong.
ANYTHING = {
    "model": Section(),
    "loss": "mse",
    "training": Training(epochs=1, learning_rate=1),
    "blindspot": Training(epochs=1, learning_rate=1),
}
_PLATEAU = {"name": "plateau"}
#: The paper's (Section 6.3) for its kinds of data. What `unlearning` holds is taken of options that
#: a method has no default of.
FAMILIES: dict[str, dict[str, Any]] = {
    "images": {
        "model": {"name": "resnet18"},
        "loss": "l1",
        "training": {"epochs": 100, "learning_rate": 0.01, "schedule": _PLATEAU},
        "unlearning": {"epochs": 1, "learning_rate": 0.001},
    },
    "sentence_pairs": {
        "model": {"name": "lstm"},
        "loss": "mse",
        "training": {"epochs": 100, "learning_rate": 0.01, "schedule": _PLATEAU},
        "unlearning": {"epochs": 10, "learning_rate": 0.001},
    },
    "load_windows": {
        "model": {"name": "tft"},
        "loss": "quantile",
        "training": {
            "epochs": 10,
            "learning_rate": 0.001,
            "batch_size": 64,
            "schedule": {"name": "step"},
        },
        "unlearning": {"epochs": 1, "learning_rate": 0.001},
    },
    "rows": {
        "model": {"name": "mlp"},
        "loss": "mse",
        "training": {"epochs": 30, "learning_rate": 0.003, "schedule": _PLATEAU},
        "unlearning": {"epochs": 3, "learning_rate": 0.001},
    },
}


def default_of(key: str, said: Mapping[str, Any]) -> Any:
    """What a dataset has where its entry does not say a key.

    Parameters
    ----------
    key : str
        The key.
    said : mapping
        What the keys before it hold, those left out that are wrong, which is said already.

    Raises
    ------
    UserError
        Where it follows from the family of the dataset's loader, and that has no default.
    """
    if key == "quantiles":
        return (0.1, 0.5, 0.9) if said.get("loss") == "quantile" else ()
    if key == "blindspot" and (training := said.get("training")):
        epochs = max(1, training.epochs // 10)
        return training.model_copy(update={"epochs": epochs, "schedule": None})
    if key == "blindspot" or "loader" not in said:
        return ANYTHING[key]
    family = registry.family_of(said["loader"])
    if family not in FAMILIES:
        raise UserError(f"this key is required (the family {family!r} of its data has no default)")
    return FAMILIES[family][key]


def unsaid(dataset: Mapping[str, Any]) -> dict[str, Any]:
    """Options that a dataset's methods take where nothing says them and they have no default."""
    try:
        return FAMILIES.get(registry.family_of(str(dataset.get("loader"))), {}).get(
            "unlearning", {}
        )
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
