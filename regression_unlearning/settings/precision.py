"""`precision: auto`: one choice for a dataset, which stands wherever its settings say auto."""

import logging
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from regression_unlearning.settings.section import Section

if TYPE_CHECKING:
    from regression_unlearning.settings.dataset import Dataset

log = logging.getLogger(__name__)

AUTO, FLOAT, BFLOAT = "auto", "float32", "bfloat16"
Precision = Literal["float32", "bfloat16", "auto"]


class ChosenPrecision(Section):
    """Where a job finds what `precision: auto` chose for its dataset."""

    record: str
    """The JSON file of the choice; the first training writes it, and nothing overwrites it."""
    models: tuple[str, ...] = ()
    """Folders of the dataset's models: the choice keeps to what those there were trained in."""


def unrecorded(precision: str) -> str:
    """The precision of a training that has no record of a choice: float32 in place of auto.

    Parameters
    ----------
    precision : {"float32", "bfloat16", "auto"}
        The setting.
    """
    if precision != AUTO:
        return precision
    log.warning("precision: auto is float32 here, as nothing keeps a choice.")
    return FLOAT


def replaced(values: Any, word: str) -> Any:
    """JSON values with `word` in place of every ``precision: auto``."""
    if isinstance(values, Mapping):
        return {
            key: word if (key, one) == ("precision", AUTO) else replaced(one, word)
            for key, one in values.items()
        }
    return [replaced(one, word) for one in values] if isinstance(values, list) else values


def misplaced(dataset: "Dataset") -> list[str]:
    """Places in a dataset's settings that say auto although its training does not.

    Parameters
    ----------
    dataset : Dataset
        Its training chooses; the others follow.
    """
    if dataset.training.precision == AUTO:
        return []
    return [place for place, said in _said(dataset) if said == AUTO]


def _said(dataset: "Dataset") -> Iterator[tuple[str, Any]]:
    """Each place of a dataset's settings with a precision, and what it says."""
    yield "blindspot", dataset.blindspot.precision
    for name, fit in dataset.further_blindspots.items():
        yield f"further_blindspots.{name}", fit.precision
    for label, method in dataset.methods.items():
        yield f"methods.{label}", method.options.get("precision")
    yield "relearning", dataset.relearning.precision


def with_precision(dataset: "Dataset", word: str) -> "Dataset":
    """A dataset's settings with `word` in place of every ``precision: auto``.

    Parameters
    ----------
    dataset, word : Dataset, {"float32", "bfloat16"}
        The settings, and the choice.
    """

    def own(section: Any) -> Any:
        auto = section.precision == AUTO
        return section.model_copy(update={"precision": word}) if auto else section

    methods = {
        label: method.model_copy(update={"options": replaced(method.options, word)})
        for label, method in dataset.methods.items()
    }
    further = {name: own(fit) for name, fit in dataset.further_blindspots.items()}
    parts = {name: own(getattr(dataset, name)) for name in ("training", "blindspot", "relearning")}
    return dataset.model_copy(update={**parts, "further_blindspots": further, "methods": methods})
