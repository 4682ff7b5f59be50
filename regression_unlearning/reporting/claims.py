"""The claims of the papers, judged by measured values."""

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

#: A paper's table or figure, as the settings name it (`settings.experiment.About`), to its claims.
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
    """One claim at one place.

    Attributes
    ----------
    id, sentence, where : str
        See `claim.Claim`.
    verdict : str
        See `verdicts`.
    figures : tuple of str
        What was compared, and what was found.
    heading : str
        Title of the table or figure that it stands under.
    dataset, forget_set, place : str
        Keys of the place, and its title.
    stands_for : str
        Empty where the data are the paper's own, else which of the paper's they stand in for.
    difference, low, high : float or None
        Of the part on which the verdict rests: the mean over seeds of the first score minus the
        second, and its 95 % interval, not corrected.
    p : float or None
        Its p value, corrected by Holm's rule over all claims of the experiment.
    seeds : int
        Seeds that it has.
    needed : int or None
        Seeds that would tell, where it cannot be told; 3 where there are fewer.
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
class _Asked:
    """A claim at a place, and the words of the layout that it stands under."""

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
    """Judge every claim that an experiment's tables and figures are about.

    Parameters
    ----------
    values : iterable of Value
        All measured values of the experiment.
    settings : mapping
        ``claims``: for each table or figure that stands for one of a paper ``about`` (which),
        ``title``, ``places`` (lists of dataset, forget set, title, the paper's datasets and forget
        sets that it is for, and whether it is the paper's own), ``methods`` (key, title),
        ``measures``.

    Returns
    -------
    list of Checked
        One for each claim and each of its places that is shown, in the order of the settings; what
        two layouts are about stands once.
    """
    asked: dict[tuple[str, Place], _Asked] = {}
    for layout in settings["claims"]:
        for claim in CLAIMS[layout["about"]]:
            for dataset, forget_set, title, roles, own in layout["places"]:
                said = claim.places or [tuple(role) for role in roles]
                role = next((one for one in said if list(one) in roles), None)
                if role is None:
                    continue
                place = (dataset, forget_set)
                stands_for = claim.data or ("" if own else ", ".join(role))
                one = _Asked(claim, layout, place, title, stands_for)
                if one.needs:  # without a rival there is nothing to judge
                    asked.setdefault((claim.id, place), one)
    if not asked:
        return []
    names = dict.fromkeys(name for one in settings["claims"] for name in one["measures"])
    words = {**quantities(names), VOLUME.key: VOLUME}
    places = {place for _, place in asked}
    own_values = [one for one in values if (one.dataset, one.forget_set) in places]
    if not own_values:
        return []
    for layout in settings["claims"]:
        if layout["about"] == "sure_front":
            own_values += volumes(own_values, [key for key, _ in layout["methods"]])
    scores = Scores(own_values, words)
    found = judge({key: (one.place, one.needs) for key, one in asked.items()}, scores)
    return [_checked(one, found[key], scores, words) for key, one in asked.items()]


def _checked(
    asked: _Asked, finding: Finding, scores: Scores, words: Mapping[str, Quantity]
) -> Checked:
    titles = dict(asked.layout["methods"])
    claim, deciding = asked.claim, finding.deciding
    one = deciding.compared
    return Checked(
        claim.id,
        claim.sentence,
        claim.where,
        finding.verdict,
        tuple(_said(answer, scores, asked.place, titles, words) for answer in finding.answers),
        asked.layout["title"],
        *asked.place,
        asked.title,
        asked.stands_for,
        one.difference,
        one.low,
        one.high,
        deciding.p,
        one.seeds,
        finding.needed,
    )


def _said(
    answer: Answer,
    scores: Scores,
    place: Place,
    titles: Mapping[str, str],
    words: Mapping[str, Quantity],
) -> str:
    """Describe what was compared, and the result."""
    part, one = answer.part, answer.compared
    ours, other = part.ours, part.other
    named = [titles.get(term.method, term.method) for term in (ours, other)]
    quantity = words.get(ours.quantity, Quantity(ours.quantity, ours.quantity, ""))
    if part.relation == "beyond":
        return f"{quantity.title}: {named[0]} a lower bound, {one.seeds} seeds: {answer.verdict}"
    aims = [_aim(term, quantity, titles) for term in (ours, other)]
    same = aims[0] == aims[1]
    what = f"{quantity.title}{aims[0] if same else ''}"
    names = named if same else [f"{name}{aim}" for name, aim in zip(named, aims, strict=True)]
    if one.difference is None:
        few = f"seeds with both: {one.seeds}" if answer.verdict == UNDECIDED else "no value"
        return f"{what}: {names[0]} against {names[1]}, {few}: {answer.verdict}"
    middle = median if quantity.average == "median" else mean
    means = [middle(list(each.values())) for each in both_seeds(scores, place, ours, other)]
    models = " against ".join(
        f"{name} {brief(value, 4)}" for name, value in zip(names, means, strict=True)
    )
    apart = brief(one.difference, 4)
    if one.low is not None and one.high is not None:
        apart = in_brackets(one.difference, one.low, one.high)
    p = f", corrected p {brief(answer.p, 2)}"
    margin = "not known" if one.floor is None else brief(one.floor, 4)
    tail = f"{p}, floor {margin}, {one.seeds} seeds: {answer.verdict}"
    return f"{what}: {models}, difference {apart}{tail}"


def _aim(term: Term, quantity: Quantity, titles: Mapping[str, str]) -> str:
    """What a score is a distance from."""
    if term.aim and term.aim != GOAL:
        return f", distance from {titles.get(term.aim, term.aim).lower()}"
    if not term.aim or quantity.goal == "0":
        return ""
    logs = "" if quantity.average == "mean" else " (of logarithms)"
    aim = "retrained" if quantity.goal == GOLD else quantity.goal
    return f", distance from {aim}{logs}"
