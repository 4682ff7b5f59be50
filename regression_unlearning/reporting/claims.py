"""Claims about a table, checked against its numbers."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from regression_unlearning.reporting.estimates import (
    Estimate,
    constant,
    estimate,
    less,
    together,
)
from regression_unlearning.reporting.numerals import digits, read

#: The unlearning methods that the paper compares.
METHODS = {
    "finetune": "FineTune",
    "gaussian_amnesiac": "Gaussian Amnesiac",
    "blindspot": "Blindspot",
}
COLUMNS = ["id", "sentence", "where", "verdict", "figures"]


@dataclass(frozen=True)
class Numbers:
    """The numbers of one forget set, for a claim to look at."""

    frame: pd.DataFrame
    title: str

    def of(self, measure: str, method: str) -> Estimate:
        """One mean with its interval."""
        return estimate(self.frame, measure=measure, method=method)

    def floor(self, measure: str) -> float:
        """What retrained models of different seeds differ by; NaN where it is not known."""
        rows = self.frame.loc[self.frame["measure"] == measure, "floor"]
        return next((read(str(text))[0] for text in rows if str(text)), math.nan)


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
        aim = (
            numbers.of(measure, target) if isinstance(target, str) else target and constant(target)
        )
        found = {name: numbers.of(measure, name) for name in among}
        scores = {name: one.distance(aim.value) if aim else one for name, one in found.items()}
        floor = numbers.floor(measure)
        verdicts = [
            less(scores[method], scores[rival], floor) for rival in among if rival != method
        ]
        figures = [f"{among[name]} {found[name].text}" for name in [method, *among]]
        if isinstance(target, str):
            figures.append(f"{target} {aim.text}")
        return together(verdicts), _said(dict.fromkeys(figures), floor)

    return check


def most(
    measure: str, method: str, target: str | None = None, among: Mapping[str, str] = METHODS
) -> Check:
    """Check that `method` has the greatest value, or is farthest from a model's; see `least`."""

    def check(numbers: Numbers) -> tuple[str, str]:
        aim, floor = target and numbers.of(measure, target), numbers.floor(measure)
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


def check_claims(
    frame: pd.DataFrame,
    claims: Iterable[Claim],
    titles: Mapping[tuple[str, str], str],
) -> pd.DataFrame:
    """Check claims against a table's numbers.

    Parameters
    ----------
    frame : DataFrame
        See `summary.tidy`.
    claims : iterable of Claim
        Such as `claims_table_2.CLAIMS`.
    titles : mapping of (str, str) to str
        Titles of the table's forget sets, by dataset and forget set.

    Returns
    -------
    DataFrame
        Columns `id`, `sentence`, `where`, `verdict`, `figures`. A forget set that the frame does
        not hold counts as not measured; a claim of which it holds no dataset is left out.
    """
    held = set(frame["dataset"])
    rows = []
    for claim in claims:
        if not any(dataset in held for dataset, _ in claim.places):
            continue
        verdicts, figures = [], []
        for dataset, forget_set in claim.places:
            here = (frame["dataset"] == dataset) & (frame["forget_set"] == forget_set)
            title = titles.get((dataset, forget_set), f"{dataset}, {forget_set}")
            verdict, said = claim.check(Numbers(frame[here], title))
            verdicts.append(verdict)
            figures.append(f"{title}: {verdict} ({said})")
        rows.append([claim.id, claim.sentence, claim.where, together(verdicts), "; ".join(figures)])
    return pd.DataFrame(rows, columns=COLUMNS, dtype=object)


def _said(figures: Iterable[str], floor: float) -> str:
    """The figures of a verdict, the floor last."""
    return ", ".join([*figures, f"floor {digits(floor, 4) or 'not known'}"])
