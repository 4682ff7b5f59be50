"""The protocol of a measure: a module that describes itself.

A module of this folder, or one that another package names in the entry-point group
``regression_unlearning.measures``, is a measure when it has the parts of `Measure`. Importing it
must be cheap: numpy and larger packages are imported where they are used.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from regression_unlearning import registry
from regression_unlearning.errors import UserError, unknown
from regression_unlearning.evaluation.inputs import SOURCES, Inputs
from regression_unlearning.evaluation.values import Value
from regression_unlearning.settings.section import Section

#: The paper's five quantities, in the order of its tables.
PAPER = (
    "error_retain_test",
    "error_forget_train",
    "attack_label_rate",
    "wasserstein_train",
    "anamnesis",
)


@dataclass(frozen=True)
class Quantity:
    """Description of one number that a measure computes for a model.

    Every table shows its average over training seeds with an interval that stays in the quantity's
    range, beside a floor: the difference between retrained models of different seeds.

    Attributes
    ----------
    key : str
        Name of the quantity in values.csv.
    title : str
        Short name, for the row of a table.
    meaning : str
        One line for the legend. With the unit ``"error"`` its first word ``error`` is replaced by
        the dataset's own, such as ``mean absolute error, in years``.
    goal : str
        The value of perfect unlearning: ``"retrained"`` (the retrained model's value), a number, or
        empty where no value is better than another.
    symbol : str
        The paper's symbol and arrow, if it has one.
    of_classes : str
        The meaning for targets that are classes, if it differs.
    unit : {"", "error", "target", "share"}
        ``"error"``, ``"target"``: the dataset's unit, which rows of tables name; ``"share"``: of
        rows; empty: none, or named in the title.
    compares : bool
        Whether it compares a model with the retrained one. The retrained model's values are then of
        pairs of seeds: their mean is the floor, and has no interval since pairs share models. Else
        the floor is the mean difference between the retrained models' values.
    summary : {"measure", "cost"}
        Costs vary from run to run: they have a table of their own, and no floor.
    least, most : float or None
        Ends of the range of possible values; None where it has no end. No interval leaves it.
    floor : bool
        Whether retrained models of different seeds give it a floor.
    average : {"mean", "geometric", "median"}
        How values are averaged over the training seeds. Ratios are averaged as logarithms
        (``"geometric"``) or, where they may be 0 or a bound, by their median.
    """

    key: str
    title: str
    meaning: str
    goal: str = ""
    symbol: str = ""
    unit: Literal["", "error", "target", "share"] = ""
    compares: bool = False
    summary: Literal["measure", "cost"] = "measure"
    least: float | None = None
    most: float | None = None
    floor: bool = True
    average: Literal["mean", "geometric", "median"] = "mean"
    of_classes: str = ""


class Measure(Protocol):
    """The parts of a measure's module.

    Three more are optional: SKIPS, methods that are not measured; TARGETS, ``"numbers"`` or
    ``"classes"``, for a measure that is defined for such targets alone; and ``BY_NAME = True`` for
    one that only those tables show that name it.

    Attributes
    ----------
    NEEDS : tuple of str
        The files that it reads, of `inputs.SOURCES`.
    QUANTITIES : tuple of Quantity
        The quantities that it computes, in the order of a table's rows.
    Settings : type
        Its options in params.yaml.
    """

    NEEDS: tuple[str, ...]
    QUANTITIES: tuple[Quantity, ...]
    Settings: type[Section]

    def measure(self, inputs: Inputs, settings: Section) -> Sequence[Value]:
        """Measure one method on one forget set, all seeds; values are made by `Inputs.value`."""


def load(name: str, where: str = "") -> Measure:
    """Import a measure and check that its module follows the protocol.

    Raises
    ------
    UserError
        When no measure has the name, or a part of its module is missing.
    """
    module: Measure = registry.load("measure", name, where)
    at = f"{where}: " if where else ""
    if not all(isinstance(quantity, Quantity) for quantity in module.QUANTITIES):
        raise UserError(f"{at}measure {name!r}: QUANTITIES must be a tuple of Quantity.")
    if wrong := set(module.NEEDS) - set(SOURCES):
        raise UserError(f"{at}measure {name!r}: NEEDS: unknown source {', '.join(sorted(wrong))}.")
    return module


#: Notes of a measure that has no value, by the targets that it is defined for.
UNFIT = {
    "numbers": "targets are classes, and this is a measure of numbers",
    "classes": "targets are numbers, and this is a measure of classes",
}


def unfit(module: Measure, inputs: Inputs) -> list[Value]:
    """Absent values, with a note, if the measure is undefined for the targets; else none."""
    targets = getattr(module, "TARGETS", "")
    observations = inputs.observations if targets else {}
    return [
        inputs.value(quantity.key, seed, None, note=UNFIT[targets])
        for seed, model in observations.items()
        for quantity in module.QUANTITIES
        if model.of_classes != (targets == "classes")
    ]


def checked(result: object, module: Measure, name: str, inputs: Inputs) -> list[Value]:
    """Check that a measure's result is values of its own quantities and of the model measured.

    Raises
    ------
    UserError
        When it is not; the message names the measure.
    """
    known = [quantity.key for quantity in module.QUANTITIES]
    place = (inputs.dataset, inputs.forget_set, inputs.method)
    values: list[Value] = []
    for value in result if isinstance(result, Iterable) else [result]:
        if not isinstance(value, Value):
            raise UserError(f"measure {name!r} returned {type(value).__name__}, not Value.")
        if value.quantity not in known:
            raise unknown("quantity", value.quantity, known, f"measure {name!r}")
        if (value.dataset, value.forget_set, value.method) != place:
            raise UserError(f"measure {name!r} returned a value of another model: {value}.")
        values.append(value)
    return values


def quantities(measures: Iterable[str]) -> dict[str, Quantity]:
    """Quantities of some measures by key, in the order of the measures.

    Raises
    ------
    UserError
        See `load`; also when two measures give a quantity the same name.
    """
    by_key: dict[str, Quantity] = {}
    for name in measures:
        where = f"measures.{name}"
        for quantity in load(name, where).QUANTITIES:
            if quantity.key in by_key:
                raise UserError(f"{where}: the quantity {quantity.key} is another measure's too.")
            by_key[quantity.key] = quantity
    return by_key
