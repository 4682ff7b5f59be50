"""What a measure is: one module that describes itself.

A module of this folder, or one that another package names in the entry-point group
``regression_unlearning.measures``, is a measure when it has the parts of `Measure`. Importing it
must be cheap: numpy and all that is larger are imported where they are used.
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
    range, beside a floor: what retrained models of different seeds differ by.

    Attributes
    ----------
    key : str
        Its name in measured values.
    title : str
        Short name, for the row of a table.
    meaning : str
        One line for the legend. With the unit ``"error"`` its first word ``error`` is replaced by
        the dataset's own, such as ``mean absolute error, in years``.
    goal : str
        What the retrained model would have: ``"retrained"`` (whatever it has), a number, or nothing
        where no value is better than another.
    symbol : str
        The paper's symbol and arrow, if it has one.
    of_classes : str
        Its meaning where targets are classes, if it is another.
    unit : {"", "error", "target", "share"}
        ``"error"``, ``"target"``: the dataset's unit, which rows of tables name; ``"share"``: of
        rows; empty: none, or said in the title.
    compares : bool
        Whether it compares a model with the retrained one. The retrained model's values are then of
        pairs of seeds: their mean is the floor, and has no interval since pairs share models. Else
        the floor is the mean difference between the retrained models' values.
    summary : {"measure", "cost"}
        Costs vary from run to run: they have a table of their own, and no floor.
    least, most : float or None
        Ends of the range of possible values; None where there is none. No interval leaves it.
    floor : bool
        Whether retrained models of different seeds give it a floor.
    average : {"mean", "geometric", "median"}
        Over the training seeds. Ratios are averaged as logarithms (``"geometric"``), or where they
        may be 0 or a bound, by their median.
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
    """The parts of a measure's module; it may also have SKIPS, methods of which it is not taken.

    And TARGETS, ``"numbers"`` or ``"classes"``, where it has a meaning for those alone; and
    ``BY_NAME = True`` where no table shows it that does not name it.

    Attributes
    ----------
    NEEDS : tuple of str
        What it reads, of `inputs.SOURCES`.
    QUANTITIES : tuple of Quantity
        What it finds, in the order of a table's rows.
    Settings : type
        Its options in params.yaml.
    """

    NEEDS: tuple[str, ...]
    QUANTITIES: tuple[Quantity, ...]
    Settings: type[Section]

    def measure(self, inputs: Inputs, settings: Section) -> Sequence[Value]:
        """Take the measure of one method on one forget set, over all seeds (`Inputs.value`)."""


def load(name: str, where: str = "") -> Measure:
    """Import a measure and check that its module follows the protocol.

    Raises
    ------
    UserError
        When nothing bears the name, or its module lacks a part.
    """
    module: Measure = registry.load("measure", name, where)
    at = f"{where}: " if where else ""
    if not all(isinstance(one, Quantity) for one in module.QUANTITIES):
        raise UserError(f"{at}measure {name!r}: QUANTITIES must be a tuple of Quantity.")
    if wrong := set(module.NEEDS) - set(SOURCES):
        raise UserError(f"{at}measure {name!r}: NEEDS: unknown source {', '.join(sorted(wrong))}.")
    return module


#: Why a measure has no value, by what it has a meaning for.
UNFIT = {
    "numbers": "targets are classes, and this is a measure of numbers",
    "classes": "targets are numbers, and this is a measure of classes",
}


def unfit(module: Measure, inputs: Inputs) -> list[Value]:
    """Return absent values with a note if the measure is undefined for such targets; else none."""
    wanted = getattr(module, "TARGETS", "")
    seen = inputs.observations if wanted else {}
    return [
        inputs.value(one.key, seed, None, note=UNFIT[wanted])
        for seed, model in seen.items()
        for one in module.QUANTITIES
        if model.of_classes != (wanted == "classes")
    ]


def checked(found: object, module: Measure, name: str, inputs: Inputs) -> list[Value]:
    """Return a measure's result after checking that it holds values of its own quantities.

    Raises
    ------
    UserError
        In one line that names the measure.
    """
    known = [one.key for one in module.QUANTITIES]
    place = (inputs.dataset, inputs.forget_set, inputs.method)
    values: list[Value] = []
    for one in found if isinstance(found, Iterable) else [found]:
        if not isinstance(one, Value):
            raise UserError(f"measure {name!r} handed back {type(one).__name__}, no Value.")
        if one.quantity not in known:
            raise unknown("quantity", one.quantity, known, f"measure {name!r}")
        if (one.dataset, one.forget_set, one.method) != place:
            raise UserError(f"measure {name!r} handed back a value of another model: {one}.")
        values.append(one)
    return values


def quantities(measures: Iterable[str]) -> dict[str, Quantity]:
    """Return the quantities of some measures by key, in the order of the measures.

    Raises
    ------
    UserError
        See `load`; also when two measures give a quantity the same name.
    """
    found: dict[str, Quantity] = {}
    for name in measures:
        where = f"measures.{name}"
        for one in load(name, where).QUANTITIES:
            if one.key in found:
                raise UserError(f"{where}: the quantity {one.key} is another measure's too.")
            found[one.key] = one
    return found
