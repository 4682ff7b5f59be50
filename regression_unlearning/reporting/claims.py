"""Claims about a table, checked against its numbers."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from regression_unlearning.reporting.estimates import (
    Estimate,
    constant,
    estimate,
    less,
    together,
)
from regression_unlearning.reporting.numerals import digits, rounded
from regression_unlearning.reporting.summaries import Summaries, Summary

#: The unlearning methods that the paper compares.
METHODS = {
    "finetune": "FineTune",
    "gaussian_amnesiac": "Gaussian Amnesiac",
    "blindspot": "Blindspot",
}


@dataclass(frozen=True)
class Numbers:
    """The numbers of one forget set, for a claim to look at: by method and measure."""

    cells: Mapping[tuple[str, str], Summary]

    def of(self, measure: str, method: str) -> Estimate:
        """One mean with its interval."""
        return estimate(self.cells.get((method, measure)))

    def floor(self, measure: str) -> float:
        """What retrained models of different seeds differ by; NaN where it is not known."""
        floors = (one.floor for key, one in self.cells.items() if key[1] == measure and one.floor)
        value = next((floor.value for floor in floors), None)
        return math.nan if value is None else value


#: A check gives verdicts and the figures that led to them.
Check = Callable[[Numbers], tuple[str, str]]


@dataclass(frozen=True)
class Claim:
    """One claim: what is said, where, of which forget sets of which datasets, how to check it."""

    id: str
    sentence: str
    where: str
    places: tuple[tuple[str, str], ...]
    check: Check = field(repr=False)


@dataclass(frozen=True)
class Checked:
    """A claim's verdict, and the figures that led to it, place by place."""

    id: str
    sentence: str
    where: str
    verdict: str
    figures: tuple[str, ...]


def least(
    measure: str,
    method: str,
    target: float | str | None = None,
    among: Mapping[str, str] = METHODS,
) -> Check:
    """Check that `method` has the least value of a measure, or the nearest to a target.

    Parameters
    ----------
    measure, method : str
        The measure, and the method that is said to be best.
    target : float or str, optional
        A number, or a model whose mean is the target. Without one the least value wins.
    among : mapping of str to str, optional
        Key and title of all that are compared, `method` included: by default the paper's methods.
    """

    def check(numbers: Numbers) -> tuple[str, str]:
        named = target if isinstance(target, str) else None
        number = None if target is None or isinstance(target, str) else constant(target)
        aim = numbers.of(measure, named) if named else number
        found = {name: numbers.of(measure, name) for name in among}
        scores = {name: one.distance(aim.value) if aim else one for name, one in found.items()}
        floor = numbers.floor(measure)
        verdicts = [
            less(scores[method], scores[rival], floor) for rival in among if rival != method
        ]
        figures = [f"{among[name]} {found[name].text}" for name in [method, *among]]
        if named and aim:
            figures.append(f"{named} {aim.text}")
        return together(verdicts), _said(dict.fromkeys(figures), floor)

    return check


def most(
    measure: str, method: str, target: str | None = None, among: Mapping[str, str] = METHODS
) -> Check:
    """Check that `method` has the greatest value, or is farthest from a model's; see `least`."""

    def check(numbers: Numbers) -> tuple[str, str]:
        aim = numbers.of(measure, target) if target else None
        floor = numbers.floor(measure)
        found = {name: numbers.of(measure, name) for name in among}
        scores = {name: one.distance(aim.value) if aim else one for name, one in found.items()}
        verdicts = [
            less(scores[rival], scores[method], floor) for rival in among if rival != method
        ]
        figures = [f"{among[name]} {found[name].text}" for name in [method, *among]]
        return together(verdicts), _said(
            dict.fromkeys([*figures, *([f"{target} {aim.text}"] if aim else [])]), floor
        )

    return check


def near(measure: str, method: str, share: float, among: Mapping[str, str] = METHODS) -> Check:
    """Check that every method of the paper is within `share` of another model's mean."""

    def check(numbers: Numbers) -> tuple[str, str]:
        aim, floor = numbers.of(measure, method), numbers.floor(measure)
        found = {name: numbers.of(measure, name) for name in among}
        limit = constant(share * abs(aim.value))
        verdicts = [less(one.distance(aim.value), limit, floor) for one in found.values()]
        figures = [f"{among[name]} {one.text}" for name, one in found.items()]
        return together(verdicts), _said([*figures, f"{method} {aim.text}"], floor)

    return check


def above(measure: str, method: str, limit: float) -> Check:
    """Check that a model's value is above a limit."""

    def check(numbers: Numbers) -> tuple[str, str]:
        one, floor = numbers.of(measure, method), numbers.floor(measure)
        return less(constant(limit), one, floor), _said([f"{method} {one.text}"], floor)

    return check


def separates(places: tuple[tuple[str, str], ...]) -> Claim:
    """Our own claim that all others about the attack rest on."""
    return Claim(
        "attack_separates",
        "The attack tells members from others at all: its own AUC on the original model is above "
        "0.55.",
        "Ours: without it the attack's numbers say nothing",
        places,
        above("attack_auc", "original", 0.55),
    )


def keeps(places: tuple[tuple[str, str], ...], where: str) -> Claim:
    """That nothing is lost on the rows kept; the paper's own largest gap is 11 % (Table 2)."""
    return Claim(
        "retain_error_near",
        "Every method's error on the retain part of the test set is within 15 % of the retrained "
        "model's.",
        where,
        places,
        near("error_retain_test", "retrained", 0.15),
    )


def check_claims(
    summaries: Summaries,
    claims: Iterable[Claim],
    titles: Mapping[tuple[str, str], str],
) -> list[Checked]:
    """Check claims against a table's numbers.

    Parameters
    ----------
    summaries : dict
        See `summary.summarise`.
    claims : iterable of Claim
        Such as `claims_table_2.CLAIMS`.
    titles : mapping of (str, str) to str
        Titles of the table's forget sets, by dataset and forget set.

    Returns
    -------
    list of Checked
        A forget set of which there are no numbers counts as not measured; a claim of which no
        dataset has some is left out.
    """
    held = {key[0] for key in summaries}
    found = []
    for claim in claims:
        if not any(dataset in held for dataset, _ in claim.places):
            continue
        verdicts, figures = [], []
        for place in claim.places:
            here = {key[2:]: one for key, one in summaries.items() if key[:2] == place}
            verdict, said = claim.check(Numbers(here))
            verdicts.append(verdict)
            title = titles.get(place, ", ".join(place))
            figures.append(f"{title}: {verdict} ({said})")
        verdict = together(verdicts)
        found.append(Checked(claim.id, claim.sentence, claim.where, verdict, tuple(figures)))
    return found


def _said(figures: Iterable[str], floor: float) -> str:
    """The figures of a verdict, the floor last."""
    return ", ".join([*figures, f"floor {digits(rounded(floor), 4) or 'not known'}"])
