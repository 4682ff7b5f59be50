"""What a claim is made of, and the words in which claims are written down."""

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
#: A score that is the distance from what the quantity aims at.
GOAL = "goal"


@dataclass(frozen=True, order=True)
class Term:
    """One model's score, seed by seed.

    Attributes
    ----------
    method, quantity : str
        Which value.
    aim : str
        Empty: the value itself. `GOAL`: its distance from what the quantity aims at, of the same
        seed. A method's key: its distance from that model's value of the same seed.
    """

    method: str
    quantity: str
    aim: str = ""


@dataclass(frozen=True)
class Part:
    """A relation between two scores of one quantity; ``beyond`` is of the first alone."""

    relation: Relation
    ours: Term
    other: Term


#: All of them must hold, each by one of its parts.
Needs = tuple[tuple[Part, ...], ...]
#: From the methods that a layout shows to what a claim needs.
Check = Callable[[Sequence[str]], Needs]


@dataclass(frozen=True)
class Claim:
    """One sentence of a paper, closely paraphrased.

    Attributes
    ----------
    id, sentence : str
        A short name; what is said.
    where : str
        Section, table or figure.
    check : callable
        What it needs.
    places : tuple of (str, str), optional
        The paper's datasets and forget sets that it is said of; None: of all that a layout shows.
    data : str, optional
        What it is said of, where that is never what is measured here.
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
    """`method` has the least score of all in `among`; without `among`, of all that are shown."""

    def check(shown: Sequence[str]) -> Needs:
        ours = Term(method, quantity, aim)
        rivals = [one for one in (shown if among is None else among) if one != method]
        return tuple((Part("below", ours, Term(rival, quantity, aim)),) for rival in rivals)

    return check


def highest(quantity: str, method: str, among: Sequence[str] = METHODS, aim: str = "") -> Check:
    """`method` has the greatest score of all in `among`."""
    ours = Term(method, quantity, aim)
    rivals = [one for one in among if one != method]
    return _all(Part("below", Term(rival, quantity, aim), ours) for rival in rivals)


def settings_of(shown: Sequence[str]) -> dict[str, list[str]]:
    """The methods among labels, each with its own label and those of its other settings.

    Another setting of a method bears its name and a suffix.
    """

    def of(method: str) -> list[str]:
        return [one for one in shown if f"{one}_".startswith(f"{method}_")]

    return {
        one: of(one)
        for one in shown
        if not any(one in of(other) for other in shown if other != one)
    }


def widest(quantity: str, method: str) -> Check:
    """`method` has the greatest score of all that are shown; settings of a method are one."""

    def check(shown: Sequence[str]) -> Needs:
        rivals = [one for one in settings_of(shown) if one != method]
        return highest(quantity, method, rivals)(shown)

    return check


def closest(quantity: str, method: str, among: Sequence[str] = METHODS) -> Check:
    """`method` is the nearest to what the quantity aims at."""
    return lowest(quantity, method, among, GOAL)


def alike(quantity: str, models: Sequence[str], aim: str = "") -> Check:
    """Each two of the models are the same within the floor."""
    terms = [Term(model, quantity, aim) for model in models]
    return _all(Part("alike", ours, other) for ours, other in combinations(terms, 2))


def like_retrained(quantity: str, *methods: str, aim: str = "") -> Check:
    """Each of the methods is the same as the retrained model within the floor."""
    gold = Term(GOLD, quantity, aim)
    return _all(Part("alike", Term(method, quantity, aim), gold) for method in methods)


def apart(quantity: str, ours: str, other: str) -> Check:
    """Two models differ by more than the floor."""
    return _all([Part("apart", Term(ours, quantity), Term(other, quantity))])


def above(quantity: str, methods: Sequence[str], other: str) -> Check:
    """Each of the methods has a greater value than another model."""
    least = Term(other, quantity)
    return _all(Part("below", least, Term(method, quantity)) for method in methods)


def kept(quantity: str, method: str) -> Check:
    """A method has no greater value than the original, by more than the floor."""
    return _all([Part("kept", Term(method, quantity), Term(NOTHING, quantity))])


def nearer(quantity: str, method: str, one: str, other: str) -> Check:
    """A method's value is nearer to one model's than to another's."""
    return _all([Part("below", Term(method, quantity, one), Term(method, quantity, other))])


def beyond(quantity: str, method: str) -> Check:
    """Every value of a model is only a lower bound."""
    term = Term(method, quantity)
    return _all([Part("beyond", term, term)])


def none_is_best(scores: Mapping[str, str], among: Sequence[str] = METHODS) -> Check:
    """No method is the best in all quantities; `scores` says how each is scored (`Term.aim`)."""

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
    """All of several checks."""
    return lambda shown: tuple(need for check in checks for need in check(shown))


def _all(parts: Iterable[Part]) -> Check:
    needs = tuple((part,) for part in parts)
    return lambda _shown: needs
