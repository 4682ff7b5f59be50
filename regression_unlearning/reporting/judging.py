"""Verdicts on sentences: comparisons over seeds, corrected over all that are judged together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from regression_unlearning.evaluation.inputs import GOLD
from regression_unlearning.reporting.claim import GOAL, Needs, Part, Term
from regression_unlearning.reporting.comparing import (
    BETTER,
    FEWEST,
    SAME,
    UNTOLD,
    WORSE,
    Comparison,
    judged,
)
from regression_unlearning.reporting.comparisons import Scores
from regression_unlearning.reporting.summaries import Key
from regression_unlearning.reporting.verdicts import (
    FAILS,
    HOLDS,
    NOT_MEASURED,
    UNDECIDED,
    all_of,
    answer,
    any_of,
)

#: Dataset and forget set.
Place = tuple[str, str]
#: Two scores on one dataset and forget set, in a fixed order, so that they are compared once.
Pair = tuple[Place, Term, Term]
Name = TypeVar("Name")
_TURNED = {BETTER: WORSE, WORSE: BETTER}


@dataclass(frozen=True)
class Answer:
    """The verdict on one part of a sentence.

    Attributes
    ----------
    part : Part
        The relation between two scores.
    verdict : str
        See `verdicts`.
    compared : Comparison
        The first score minus the second, corrected.
    """

    part: Part
    verdict: str
    compared: Comparison

    @property
    def p(self) -> float | None:
        """Corrected p value of the test that decides, or would decide; None without a test."""
        comparison = self.compared
        if comparison.difference is None:
            return None
        by_equality = comparison.verdict == SAME or (
            comparison.verdict == UNTOLD and self.part.relation in ("alike", "kept")
        )
        return comparison.p_same if by_equality else comparison.p_apart


@dataclass(frozen=True)
class Finding:
    """A sentence's verdict on one dataset and forget set, with the answers to its parts."""

    verdict: str
    answers: tuple[Answer, ...]

    @property
    def deciding(self) -> Answer:
        """The part that decides: of parts that agree with the verdict, the least certain.

        If the sentence fails, it is the most certain one.
        """
        own = [
            candidate for candidate in self.answers if candidate.verdict == self.verdict
        ] or self.answers
        best = min if self.verdict == FAILS else max
        return best(own, key=lambda candidate: 1.0 if candidate.p is None else candidate.p)

    @property
    def needed(self) -> int | None:
        """Number of seeds that would decide; None if decided, or if a part has no such number."""
        if self.verdict != UNDECIDED:
            return None
        counts = [part.compared.needed for part in self.answers if part.verdict == UNDECIDED]
        return None if None in counts else max(count for count in counts if count is not None)


def judge(asked: Mapping[Name, tuple[Place, Needs]], scores: Scores) -> dict[Name, Finding]:
    """Judge sentences together: their comparisons are one family of p values.

    Parameters
    ----------
    asked : mapping
        Name of each sentence to its dataset and forget set, and its parts (see `claim.Check`).
    scores : Scores
        Scores of the measured values.

    Returns
    -------
    dict
        Finding by name; a comparison needs three seeds that have both scores.
    """
    family: dict[Pair, Comparison] = {}
    for place, needs in asked.values():
        for part in _flat(needs):
            pair = _pair(place, part)
            if part.relation != "beyond" and pair not in family:
                family[pair] = _compare(scores, *pair)
    family = judged(family)
    findings = {}
    for name, (place, needs) in asked.items():
        answers = {part: _answer(scores, family, place, part) for part in _flat(needs)}
        each = [any_of(answers[part].verdict for part in parts) for parts in needs]
        findings[name] = Finding(all_of(each), tuple(answers.values()))
    return findings


def seeds_of(scores: Scores, place: Place, term: Term) -> dict[int, float] | None:
    """Scores of a term by seed; None for gold's distance from itself, which is 0 at every seed."""
    key = (*place, term.method, term.quantity)
    if not term.aim:
        return scores.plain(key)
    if term.aim == GOAL:
        return None if term.method == GOLD else scores.of(key)
    own, aims = scores.plain(key), scores.plain((*place, term.aim, term.quantity))
    return {seed: abs(own[seed] - aims[seed]) for seed in own if seed in aims}


def both_seeds(
    scores: Scores, place: Place, ours: Term, other: Term
) -> tuple[dict[int, float], dict[int, float]]:
    """Scores of two terms, at the seeds that have both."""
    first, second = (seeds_of(scores, place, term) for term in (ours, other))
    seed_sets = [set(by_seed) for by_seed in (first, second) if by_seed is not None]
    seeds = sorted(set.intersection(*seed_sets)) if seed_sets else []
    return tuple(  # type: ignore[return-value]
        {seed: 0.0 if by_seed is None else by_seed[seed] for seed in seeds}
        for by_seed in (first, second)
    )


def _flat(needs: Needs) -> Iterable[Part]:
    return (part for parts in needs for part in parts)


def _pair(place: Place, part: Part) -> Pair:
    return place, *sorted((part.ours, part.other))  # type: ignore[return-value]


def _compare(scores: Scores, place: Place, ours: Term, other: Term) -> Comparison:
    first, second = both_seeds(scores, place, ours, other)
    key: Key = (*place, ours.method, ours.quantity)
    return scores.against(first, second, key, distances=ours.aim == GOAL)


def _answer(scores: Scores, family: Mapping[Pair, Comparison], place: Place, part: Part) -> Answer:
    if part.relation == "beyond":
        return _beyond(scores, place, part)
    pair = _pair(place, part)
    comparison = family[pair] if pair[1] == part.ours else _turned(family[pair])
    terms = (part.ours, part.other)
    if not all(_measured(scores, place, term) for term in terms):
        return Answer(part, NOT_MEASURED, comparison)
    if comparison.difference is None:
        return Answer(part, UNDECIDED, replace(comparison, needed=FEWEST))
    return Answer(part, answer(part.relation, comparison.verdict), comparison)


def _beyond(scores: Scores, place: Place, part: Part) -> Answer:
    """Whether every value is only a lower bound; absent values are not counted."""
    cell = scores.cells.get((*place, part.ours.method, part.ours.quantity))
    bounds = [value.bound == ">=" for value in cell.measured] if cell else []
    compared = Comparison(seeds=len(bounds))
    if not bounds:
        return Answer(part, NOT_MEASURED, compared)
    if len(bounds) < FEWEST:
        return Answer(part, UNDECIDED, replace(compared, needed=FEWEST))
    return Answer(part, HOLDS if all(bounds) else FAILS, compared)


def _measured(scores: Scores, place: Place, term: Term) -> bool:
    """Whether a term has any measured value, bounds included."""
    if term.aim == GOAL and term.method == GOLD:
        return True
    cell = scores.cells.get((*place, term.method, term.quantity))
    if cell is None or not cell.measured:
        return False
    aim = term.aim
    if aim == GOAL:
        aim = GOLD if cell.quantity.goal == GOLD else ""
    other = scores.cells.get((*place, aim, term.quantity))
    return not aim or bool(other and other.measured)


def _turned(comparison: Comparison) -> Comparison:
    """The comparison with its two models exchanged."""
    difference, low, high = (
        None if value is None else -value
        for value in (comparison.difference, comparison.high, comparison.low)
    )
    verdict = _TURNED.get(comparison.verdict, comparison.verdict)
    return replace(comparison, difference=difference, low=low, high=high, verdict=verdict)
