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
    """One claim: what is said, where, of which forget sets, and how to check it."""

    id: str
    sentence: str
    where: str
    forget_sets: tuple[str, ...]
    check: Check = field(repr=False)


def least(measure: str, method: str, target: float | str | None = None) -> Check:
    """Check that `method` has the least value of a measure, or the nearest to a target.

    Parameters
    ----------
    measure, method : str
        The measure, and the method that is said to be best among the paper's.
    target : float or str, optional
        A number, or a model whose mean is the target. Without one the least value wins.
    """

    def check(numbers: Numbers) -> tuple[str, str]:
        aim = (
            numbers.of(measure, target) if isinstance(target, str) else target and constant(target)
        )
        found = {name: numbers.of(measure, name) for name in METHODS}
        scores = {name: one.distance(aim.value) if aim else one for name, one in found.items()}
        floor = numbers.floor(measure)
        verdicts = [
            less(scores[method], scores[rival], floor) for rival in METHODS if rival != method
        ]
        figures = [f"{METHODS[name]} {found[name].text}" for name in [method, *METHODS]]
        if isinstance(target, str):
            figures.append(f"{target} {aim.text}")
        return together(verdicts), _said(dict.fromkeys(figures), floor)

    return check


def near(measure: str, method: str, share: float) -> Check:
    """Check that every method of the paper is within `share` of another model's mean."""

    def check(numbers: Numbers) -> tuple[str, str]:
        aim, floor = numbers.of(measure, method), numbers.floor(measure)
        found = {name: numbers.of(measure, name) for name in METHODS}
        limit = constant(share * abs(aim.value))
        verdicts = [less(one.distance(aim.value), limit, floor) for one in found.values()]
        figures = [f"{METHODS[name]} {one.text}" for name, one in found.items()]
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
    dataset: str,
    forget_sets: Mapping[str, str],
    renamed: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Check claims against the numbers of one dataset.

    Parameters
    ----------
    frame : DataFrame
        See `summary.tidy`.
    claims : iterable of Claim
        Such as `claims_table_2.CLAIMS`.
    dataset : str
        The dataset to check; no rows come back when the frame does not hold it.
    forget_sets : mapping of str to str
        Titles of the dataset's forget sets.
    renamed : mapping of str to str, optional
        The claims' forget set to the dataset's own, where the names differ.

    Returns
    -------
    DataFrame
        Columns `id`, `sentence`, `where`, `verdict`, `figures`. A forget set that the frame does
        not hold counts as not measured.
    """
    ours = frame[frame["dataset"] == dataset]
    rows = []
    for claim in claims if len(ours) else ():
        verdicts, figures = [], []
        for named in claim.forget_sets:
            key = (renamed or {}).get(named, named)
            title = forget_sets.get(key, key)
            verdict, said = claim.check(Numbers(ours[ours["forget_set"] == key], title))
            verdicts.append(verdict)
            figures.append(f"{title}: {verdict} ({said})")
        rows.append([claim.id, claim.sentence, claim.where, together(verdicts), "; ".join(figures)])
    return pd.DataFrame(rows, columns=COLUMNS, dtype=object)


def _said(figures: Iterable[str], floor: float) -> str:
    """The figures of a verdict, the floor last."""
    return ", ".join([*figures, f"floor {digits(floor, 4) or 'not known'}"])
