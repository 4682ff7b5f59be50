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
        own = Term(method, quantity, aim)
        rivals = [key for key in (shown if among is None else among) if key != method]
        return tuple((Part("below", own, Term(rival, quantity, aim)),) for rival in rivals)

    return check


def highest(quantity: str, method: str, among: Sequence[str] = METHODS, aim: str = "") -> Check:
    """`method` has the greatest score of all in `among`."""
    own = Term(method, quantity, aim)
    rivals = [key for key in among if key != method]
    return _all(Part("below", Term(rival, quantity, aim), own) for rival in rivals)


def unbeaten(scores: Mapping[str, str], method: str) -> Check:
    """`method` has the lesser score in one of some quantities against each other that is shown.

    `scores` says how each is scored (`Term.aim`). Variants of the method, which bear its name and a
    suffix, are no rivals.
    """

    def check(shown: Sequence[str]) -> Needs:
        return tuple(
            tuple(
                Part("below", Term(method, quantity, aim), Term(rival, quantity, aim))
                for quantity, aim in scores.items()
            )
            for rival in shown
            if not f"{rival}_".startswith(f"{method}_")
        )

    return check


def closest(quantity: str, method: str, among: Sequence[str] = METHODS) -> Check:
    """`method` is the nearest to what the quantity aims at."""
    return lowest(quantity, method, among, GOAL)


def alike(quantity: str, models: Sequence[str], aim: str = "") -> Check:
    """Each two of the models are the same within the floor."""
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
    """A method has no greater value than the original, by more than the floor."""
    return _all([Part("kept", Term(method, quantity), Term(NOTHING, quantity))])


def nearer(quantity: str, method: str, first: str, second: str) -> Check:
    """A method's value is nearer to one model's than to another's."""
    return _all([Part("below", Term(method, quantity, first), Term(method, quantity, second))])


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
