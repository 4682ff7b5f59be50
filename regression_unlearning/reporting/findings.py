"""What a table has found, in a few sentences, each from the predicate behind its marks."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean, median

from regression_unlearning.evaluation.errors import HARDLY, NO_BETTER
from regression_unlearning.reporting.claims import Checked
from regression_unlearning.reporting.comparing import BETTER, WORSE, Comparison, judged
from regression_unlearning.reporting.layout import GOLD, NOTHING
from regression_unlearning.reporting.numerals import brief
from regression_unlearning.reporting.ranks import Ranks
from regression_unlearning.reporting.remarks import closer_here, numbers, shares
from regression_unlearning.reporting.tabling import Tabling
from regression_unlearning.reporting.verdicts import FAILS, HOLDS

DISTANCE = "row_distance_train"
#: So many methods are named one by one; of more the number is said.
NAMED = 4


@dataclass(frozen=True)
class Nearest:
    """The method nearest to the retrained model on one forget set, row by row.

    Attributes
    ----------
    method : str
        Its key.
    distance, floor : float
        Its mean distance over seeds, and that of retrained models of different seeds.
    tied : tuple of str
        Methods that are not told to be farther: paired over seeds, corrected by Holm's rule over
        the methods of the forget set.
    closer : bool
        Whether it is told to be nearer than doing nothing.
    """

    method: str
    distance: float
    floor: float | None
    tied: tuple[str, ...]
    closer: bool


def nearest(made: Tabling, group: tuple[str, str]) -> Nearest | None:
    """Find the method nearest to the retrained model; None where no distance was measured."""
    found = {name: made.scores.of((*group, name, DISTANCE)) for name in made.layout.unlearning}
    means = {name: mean(one.values()) for name, one in found.items() if one}
    if not means:
        return None
    best = min(means, key=lambda name: means[name])
    against = {
        name: made.scores.compare((*group, name, DISTANCE), (*group, best, DISTANCE))
        for name in means
        if name != best
    }
    tied = tuple(name for name, one in judged(against).items() if one.verdict != WORSE)
    nothing = made.compared.get((*group, best, NOTHING, DISTANCE), Comparison())
    gold = made.summaries.get((*group, GOLD, DISTANCE))
    floor = gold.floor.value if gold and gold.floor else None
    return Nearest(best, means[best], floor, tied, nothing.verdict == BETTER)


def findings(made: Tabling) -> list[str]:
    """What a table says: who ends closer than doing nothing, who is nearest, what it costs.

    Returns
    -------
    list of str
        Sentences; none where the measures that they need were not asked for.
    """
    layout = made.layout
    said = [*worthless(made), *_closer(made)]
    for group, title in layout.groups.items():
        one = nearest(made, group)
        if one is None:
            continue
        floor = "" if one.floor is None else f"; floor {brief(one.floor, 3)}"
        name = f"{layout.methods[one.method]} ({brief(one.distance, 3)}{floor})"
        if not one.closer:
            said.append(
                f"{title}: no method can be told to be nearer, row by row, than doing nothing."
            )
            continue
        others = len(layout.unlearning) - 1
        rest = _listed([layout.methods[key] for key in one.tied], others)
        said.append(f"{title}: nearest row by row is {name}; {rest}.")
    if isinstance(made.ranks, Ranks):
        first = next(iter(made.ranks.means))
        rest = _listed(
            [layout.methods[one] for one in made.ranks.tied(first)], len(made.ranks.means) - 1
        )
        said.append(f"Best mean rank: {layout.methods[first]}; {rest}.")
    means = numbers(made.summaries, layout)
    dearest = {
        name: max(own) for name in layout.unlearning if (own := shares(means, layout, [name]))
    }
    if dearest:
        dear = max(dearest, key=lambda name: dearest[name])
        middle = median(shares(means, layout, layout.unlearning))
        said.append(
            f"The median cost is {_percent(middle)} of retraining's seconds; the dearest, "
            f"{layout.methods[dear]}, takes {_percent(dearest[dear])}."
        )
    return said


def tally(claims: Sequence[Checked]) -> str:
    """How many of the claims hold, do not, or cannot be told; empty where there are none."""
    count = Counter(one.verdict for one in claims)
    if not claims:
        return ""
    open_ones = len(claims) - count[HOLDS] - count[FAILS]
    return (
        f"Of {len(claims)} claims (each at each place) {count[HOLDS]} hold, {count[FAILS]} do not, "
        f"{open_ones} cannot be told or were not measured."
    )


def worthless(made: Tabling) -> Iterable[str]:
    """Where the original has learnt nothing, or little: columns say as little of unlearning."""
    cells = made.layout.own(made.summaries)
    for start, what, then in (
        ("Read no further", NO_BETTER, "nothing to unlearn"),
        ("Read with care", HARDLY, "little to unlearn"),
    ):
        weak = {key[:2] for key, one in cells.items() if key[2] == NOTHING and what in one.notes}
        titles = [title for group, title in made.layout.groups.items() if group in weak]
        if titles:
            yield f"{start}: {what} ({'; '.join(titles)}), so there was {then}."


def _closer(made: Tabling) -> Iterable[str]:
    """On each forget set, how many methods end closer to the retrained model than the original."""
    layout, said = made.layout, []
    count = len(layout.unlearning)
    for group, title in layout.groups.items():
        verdicts = [closer_here(made.compared, group, name) for name in layout.unlearning]
        unknown = verdicts.count(None)
        tail = f" ({unknown} cannot be told)" if unknown else ""
        said.append(f"{title}, {verdicts.count(True)} of {count} methods{tail}")
    if said:
        yield (
            "Closer to the retrained model than doing nothing, in Wasserstein distance and row by "
            f"row: {'; '.join(said)}."
        )


def _listed(names: Sequence[str], others: int) -> str:
    if not names:
        return "all others are farther"
    if len(names) <= NAMED:
        return f"not told from it: {', '.join(names)}"
    return f"{len(names)} of the other {others} are not told from it"


def _percent(share: float) -> str:
    return f"{brief(100 * share, 2)} %"
