"""Claims of a paper, and the functions that express them as relations between scores."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from regression_unlearning.evaluation.inputs import GOLD
from regression_unlearning.reporting.layout import NOTHING
from regression_unlearning.reporting.verdicts import Relation

#: The unlearning methods that the paper compares.
METHODS = ("finetune", "gaussian_amnesiac", "blindspot")
#: The paper's quantities.
RETAIN, FORGET = "error_retain_test", "error_forget_train"
ATTACK, DISTANCE, ANAMNESIS = "attack_label_rate", "wasserstein_train", "anamnesis"
DENSITY, RELATIVE_DENSITY = "deviation_density", "relative_deviation_density"
#: Aim of a score that is the distance from the quantity's goal.
GOAL = "goal"


@dataclass(frozen=True, order=True)
class Term:
    """One model's score, seed by seed.

    Attributes
    ----------
    method, quantity : str
        Whose value, and of what.
    aim : str
        Empty: the value itself. `GOAL`: its distance from the quantity's goal, at the same seed. A
        method's key: its distance from that model's value at the same seed.
    """

    method: str
    quantity: str
    aim: str = ""


@dataclass(frozen=True)
class Part:
    """A relation between two scores of one quantity; ``beyond`` concerns the first alone."""

    relation: Relation
    ours: Term
    other: Term


#: Groups of parts: in every group at least one part must hold.
Needs = tuple[tuple[Part, ...], ...]
#: Function from the methods that a layout shows to the parts that a claim needs.
Check = Callable[[Sequence[str]], Needs]


@dataclass(frozen=True)
class Claim:
    """One sentence of a paper, closely paraphrased.

    Attributes
    ----------
    id, sentence : str
        A short name, and the claim in words.
    where : str
        Section, table or figure of the paper.
    check : callable
        Gives the parts that must hold: see `Check`.
    places : tuple of (str, str), optional
        The paper's datasets and forget sets that the claim is about; None: all of a layout.
    data : str, optional
        The data that the claim is about, where they are never those measured here.
    """

    id: str
    sentence: str
    where: str
    check: Check = field(repr=False)
    places: tuple[tuple[str, str], ...] | None = None
    data: str = ""


def lowest(
    quantity: str, method: str, among: Sequence[str] | None = METHODS, aim: str = ""
) -> Check:
    """`method` has the lowest score of all in `among`, or if that is None, of all shown."""

    def check(shown: Sequence[str]) -> Needs:
        own = Term(method, quantity, aim)
        rivals = [key for key in (shown if among is None else among) if key != method]
        return tuple((Part("below", own, Term(rival, quantity, aim)),) for rival in rivals)

    return check


def highest(quantity: str, method: str, among: Sequence[str] = METHODS, aim: str = "") -> Check:
    """`method` has the highest score of all in `among`."""
    own = Term(method, quantity, aim)
    rivals = [key for key in among if key != method]
    return _all(Part("below", Term(rival, quantity, aim), own) for rival in rivals)


def settings_of(shown: Sequence[str]) -> dict[str, list[str]]:
    """The methods among labels, each with its own label and those of its other settings.

    The label of another setting is the method's label and a suffix.
    """

    def of(method: str) -> list[str]:
        return [label for label in shown if f"{label}_".startswith(f"{method}_")]

    return {
        label: of(label)
        for label in shown
        if not any(label in of(other) for other in shown if other != label)
    }


def widest(quantity: str, method: str) -> Check:
    """`method` has the highest score of all shown methods; its other settings are no rivals."""

    def check(shown: Sequence[str]) -> Needs:
        rivals = [key for key in settings_of(shown) if key != method]
        return highest(quantity, method, rivals)(shown)

    return check


def closest(quantity: str, method: str, among: Sequence[str] = METHODS) -> Check:
    """`method` is the nearest to the quantity's goal."""
    return lowest(quantity, method, among, GOAL)


def alike(quantity: str, models: Sequence[str], aim: str = "") -> Check:
    """Every two of the models are the same within the floor."""
    terms = [Term(model, quantity, aim) for model in models]
    return _all(Part("alike", first, second) for first, second in combinations(terms, 2))


def like_retrained(quantity: str, *methods: str, aim: str = "") -> Check:
    """Each of the methods is the same as the retrained model within the floor."""
    gold = Term(GOLD, quantity, aim)
    return _all(Part("alike", Term(method, quantity, aim), gold) for method in methods)


def apart(quantity: str, first: str, second: str) -> Check:
    """Two models differ by more than the floor."""
    return _all([Part("apart", Term(first, quantity), Term(second, quantity))])


def above(quantity: str, methods: Sequence[str], other: str) -> Check:
    """Each of the methods has a greater value than another model."""
    least = Term(other, quantity)
    return _all(Part("below", least, Term(method, quantity)) for method in methods)


def kept(quantity: str, method: str) -> Check:
    """A method's value does not exceed the original's by more than the floor."""
    return _all([Part("kept", Term(method, quantity), Term(NOTHING, quantity))])


def nearer(quantity: str, method: str, first: str, second: str) -> Check:
    """A method's value is nearer to one model's than to another's."""
    return _all([Part("below", Term(method, quantity, first), Term(method, quantity, second))])


def beyond(quantity: str, method: str) -> Check:
    """Every value of a model is only a lower bound."""
    term = Term(method, quantity)
    return _all([Part("beyond", term, term)])


def none_is_best(scores: Mapping[str, str], among: Sequence[str] = METHODS) -> Check:
    """No method is the best in all quantities; `scores` maps each to its `Term.aim`."""

    def check(shown: Sequence[str]) -> Needs:
        return tuple(
            tuple(
                Part("below", Term(rival, quantity, aim), Term(method, quantity, aim))
                for quantity, aim in scores.items()
                for rival in among
                if rival != method
            )
            for method in among
        )

    return check


def both(*checks: Check) -> Check:
    """All of several checks hold."""
    return lambda shown: tuple(need for check in checks for need in check(shown))


def _all(parts: Iterable[Part]) -> Check:
    needs = tuple((part,) for part in parts)
    return lambda _shown: needs
