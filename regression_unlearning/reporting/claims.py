"""Verdicts on the papers' claims, from measured values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from regression_unlearning.evaluation.inputs import GOLD
from regression_unlearning.evaluation.measure import Quantity, quantities
from regression_unlearning.evaluation.values import Value
from regression_unlearning.reporting import (
    claims_figure_3,
    claims_figure_4,
    claims_figure_5,
    claims_figure_6,
    claims_figure_7,
    claims_section_6_2,
    claims_sure,
    claims_table_1,
    claims_table_2,
    claims_table_3,
    claims_table_4,
)
from regression_unlearning.reporting.averages import mean
from regression_unlearning.reporting.claim import GOAL, Claim, Needs, Term
from regression_unlearning.reporting.comparisons import Scores
from regression_unlearning.reporting.front import VOLUME, volumes
from regression_unlearning.reporting.judging import (
    Answer,
    Finding,
    Place,
    both_seeds,
    judge,
)
from regression_unlearning.reporting.layout import REFERENCES
from regression_unlearning.reporting.numerals import brief, in_brackets
from regression_unlearning.reporting.verdicts import UNDECIDED

#: Claims of each table or figure of a paper, by its name in the settings (`experiment.About`).
CLAIMS: dict[str, tuple[Claim, ...]] = {
    "table1": (*claims_section_6_2.CLAIMS, *claims_table_1.CLAIMS),
    "table2": (*claims_section_6_2.CLAIMS, *claims_table_2.CLAIMS),
    "table3": (*claims_section_6_2.CLAIMS, *claims_table_3.CLAIMS),
    "table4": claims_table_4.CLAIMS,
    "figure2": claims_figure_3.CLAIMS,
    "figure3": claims_figure_3.CLAIMS,
    "figure4": claims_figure_4.CLAIMS,
    "figure5": claims_figure_5.CLAIMS,
    "figure6": claims_figure_6.CLAIMS,
    "figure7": claims_figure_7.CLAIMS,
    "sure": claims_sure.CLAIMS,
    "sure_classes": claims_sure.OF_CLASSES,
    "sure_front": claims_sure.OF_FRONT,
}


@dataclass(frozen=True)
class Checked:
    """One claim on one dataset and forget set, with its verdict.

    Attributes
    ----------
    id, sentence, where : str
        See `claim.Claim`.
    verdict : str
        See `verdicts`.
    figures : tuple of str
        What was compared, with the result.
    heading : str
        Title of the table or figure under which it is shown.
    dataset, forget_set, place : str
        Keys of dataset and forget set, and the forget set's title.
    stands_for : str
        Empty where the data are the paper's own, else the paper's data that they stand in for.
    difference, low, high : float or None
        Of the part that decides: the mean over seeds of the first score minus the second, and its
        95 % interval, not corrected for multiple comparisons.
    p : float or None
        Its p value, corrected by Holm's rule over all claims of the experiment.
    seeds : int
        Number of seeds compared.
    needed : int or None
        Where the verdict is undecided: number of seeds that would decide; 3 if there are fewer.
    """

    id: str
    sentence: str
    where: str
    verdict: str
    figures: tuple[str, ...]
    heading: str = ""
    dataset: str = ""
    forget_set: str = ""
    place: str = ""
    stands_for: str = ""
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    seeds: int = 0
    needed: int | None = None


@dataclass(frozen=True)
class _Case:
    """A claim on one dataset and forget set, with the layout under which it is shown."""

    claim: Claim
    layout: Mapping[str, Any]
    place: Place
    title: str
    stands_for: str

    @property
    def needs(self) -> Needs:
        shown = [key for key, _ in self.layout["methods"] if key not in REFERENCES]
        return self.claim.check(shown)


def claims_of(values: Iterable[Value], settings: Mapping[str, Any]) -> list[Checked]:
    """Judge every claim that belongs to an experiment's tables and figures.

    Parameters
    ----------
    values : iterable of Value
        All measured values of the experiment.
    settings : mapping
        ``claims``: for each table or figure that reproduces one of a paper, ``about`` (its name),
        ``title``, ``places`` (lists of dataset, forget set, title, the paper's datasets and forget
        sets that it reproduces, and whether the data are the paper's own), ``methods`` (key,
        title), ``measures``.

    Returns
    -------
    list of Checked
        One for each claim and each dataset and forget set shown, in the order of the settings; a
        claim of two layouts is judged once.
    """
    cases: dict[tuple[str, Place], _Case] = {}
    for layout in settings["claims"]:
        for claim in CLAIMS[layout["about"]]:
            for dataset, forget_set, title, roles, own in layout["places"]:
                of_paper = claim.places or [tuple(role) for role in roles]
                role = next((place for place in of_paper if list(place) in roles), None)
                if role is None:
                    continue
                place = (dataset, forget_set)
                stands_for = claim.data or ("" if own else ", ".join(role))
                case = _Case(claim, layout, place, title, stands_for)
                if case.needs:  # without a rival there is nothing to judge
                    cases.setdefault((claim.id, place), case)
    if not cases:
        return []
    names = dict.fromkeys(name for layout in settings["claims"] for name in layout["measures"])
    words = {**quantities(names), VOLUME.key: VOLUME}
    groups = {place for _, place in cases}
    own_values = [value for value in values if (value.dataset, value.forget_set) in groups]
    if not own_values:
        return []
    for layout in settings["claims"]:
        if layout["about"] == "sure_front":
            own_values += volumes(own_values, [key for key, _ in layout["methods"]])
    scores = Scores(own_values, words)
    findings = judge({key: (case.place, case.needs) for key, case in cases.items()}, scores)
    return [_checked(case, findings[key], scores, words) for key, case in cases.items()]


def _checked(
    case: _Case, finding: Finding, scores: Scores, words: Mapping[str, Quantity]
) -> Checked:
    titles = dict(case.layout["methods"])
    claim, deciding = case.claim, finding.deciding
    comparison = deciding.compared
    return Checked(
        claim.id,
        claim.sentence,
        claim.where,
        finding.verdict,
        tuple(_figures(answer, scores, case.place, titles, words) for answer in finding.answers),
        case.layout["title"],
        *case.place,
        case.title,
        case.stands_for,
        comparison.difference,
        comparison.low,
        comparison.high,
        deciding.p,
        comparison.seeds,
        finding.needed,
    )


def _figures(
    answer: Answer,
    scores: Scores,
    place: Place,
    titles: Mapping[str, str],
    words: Mapping[str, Quantity],
) -> str:
    """What was compared, and the result, in words."""
    part, comparison = answer.part, answer.compared
    first, second = part.ours, part.other
    named = [titles.get(term.method, term.method) for term in (first, second)]
    quantity = words.get(first.quantity, Quantity(first.quantity, first.quantity, ""))
    if part.relation == "beyond":
        bound = f"{named[0]} a lower bound, {comparison.seeds} seeds"
        return f"{quantity.title}: {bound}: {answer.verdict}"
    aims = [_aim(term, quantity, titles) for term in (first, second)]
    same = aims[0] == aims[1]
    subject = f"{quantity.title}{aims[0] if same else ''}"
    names = named if same else [f"{name}{aim}" for name, aim in zip(named, aims, strict=True)]
    if comparison.difference is None:
        few = f"seeds with both: {comparison.seeds}" if answer.verdict == UNDECIDED else "no value"
        return f"{subject}: {names[0]} against {names[1]}, {few}: {answer.verdict}"
    middle = median if quantity.average == "median" else mean
    means = [middle(list(each.values())) for each in both_seeds(scores, place, first, second)]
    models = " against ".join(
        f"{name} {brief(value, 4)}" for name, value in zip(names, means, strict=True)
    )
    difference = brief(comparison.difference, 4)
    if comparison.low is not None and comparison.high is not None:
        difference = in_brackets(comparison.difference, comparison.low, comparison.high)
    p = f", corrected p {brief(answer.p, 2)}"
    margin = "not known" if comparison.floor is None else brief(comparison.floor, 4)
    tail = f"{p}, floor {margin}, {comparison.seeds} seeds: {answer.verdict}"
    return f"{subject}: {models}, difference {difference}{tail}"


def _aim(term: Term, quantity: Quantity, titles: Mapping[str, str]) -> str:
    """What a score is a distance from, in words; empty where it is the value itself."""
    if term.aim and term.aim != GOAL:
        return f", distance from {titles.get(term.aim, term.aim).lower()}"
    if not term.aim or quantity.goal == "0":
        return ""
    logs = "" if quantity.average == "mean" else " (of logarithms)"
    aim = "retrained" if quantity.goal == GOLD else quantity.goal
    return f", distance from {aim}{logs}"
