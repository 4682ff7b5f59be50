"""What a table found, in three sentences, each from the predicate behind its marks."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from regression_unlearning.evaluation.errors import NO_BETTER
from regression_unlearning.reporting.claims import Checked
from regression_unlearning.reporting.comparing import BETTER, WORSE, Comparison, judged
from regression_unlearning.reporting.layout import GOLD, NOTHING
from regression_unlearning.reporting.numerals import brief
from regression_unlearning.reporting.ranks import Ranks
from regression_unlearning.reporting.remarks import DISTANCES, closer_here, numbers, shares
from regression_unlearning.reporting.tabling import Tabling
from regression_unlearning.reporting.verdicts import FAILS, HOLDS

DISTANCE = "row_distance_train"
#: What each distance that `remarks.closer_here` asks for is called.
CALLED = dict(zip(DISTANCES, ("in Wasserstein distance", "row by row"), strict=True))
#: So many methods are named one by one; of more the number is given.
NAMED = 4
#: Dataset and forget set to the title of their rows.
Groups = Mapping[tuple[str, str], str]


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
    cells = {name: made.summaries.get((*group, name, DISTANCE)) for name in made.layout.unlearning}
    means = {
        name: cell.mean.exact
        for name, cell in cells.items()
        if cell and not math.isnan(cell.mean.exact)
    }
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


def findings(made: Tabling) -> tuple[str, str, str]:
    """What a table found, in three sentences.

    Returns
    -------
    tuple of str
        Which methods end closer to the retrained model than doing nothing; which is the nearest on
        each forget set; ranks and costs. A sentence says so where what it needs was not measured.
    """
    weak = _worthless(made)
    groups = {key: title for key, title in made.layout.groups.items() if key not in weak}
    warning = ""
    if weak:
        titles = ", ".join(title for key, title in made.layout.groups.items() if key in weak)
        warning = f"Read no further: {NO_BETTER} ({titles}), so there was nothing to unlearn"
    closer = _closer(made, groups)
    if not groups:
        return f"{warning}.", "No method is called near.", f"{_cost(made)}."
    first = f"{warning}; elsewhere, c{closer[1:]}" if weak else closer
    rank = _rank(made)
    last = f"{rank}; {_cost(made)}" if rank else _cost(made)
    return f"{first}.", f"{_nearest(made, groups)}.", f"{last[0].upper()}{last[1:]}."


def tally(claims: Sequence[Checked]) -> str:
    """How many of the claims hold, do not, or cannot be told; empty where there are none."""
    count = Counter(one.verdict for one in claims)
    if not claims:
        return ""
    undecided = len(claims) - count[HOLDS] - count[FAILS]
    return (
        f"of {len(claims)} claims (each at each place) {count[HOLDS]} hold, {count[FAILS]} do not, "
        f"{undecided} cannot be told or were not measured"
    )


def _worthless(made: Tabling) -> set[tuple[str, str]]:
    """Where the original has learnt nothing: then no column can say anything of unlearning."""
    cells = made.layout.own(made.summaries)
    return {key[:2] for key, one in cells.items() if key[2] == NOTHING and NO_BETTER in one.notes}


def _closer(made: Tabling, groups: Groups) -> str:
    """On each forget set, how many methods end closer to the retrained model than the original."""
    layout = made.layout
    asked = [key for key in DISTANCES if layout.asks(key)]
    if not asked:
        return "Closeness to the retrained model was not measured"
    counts = []
    for group, title in groups.items():
        verdicts = [closer_here(made.compared, group, name, asked) for name in layout.unlearning]
        unknown = verdicts.count(None)
        more = f" ({unknown} cannot be told)" if unknown else ""
        counts.append(f"{title}, {verdicts.count(True)} of {len(verdicts)} methods{more}")
    ways = " and ".join(CALLED[key] for key in asked)
    return f"Closer to the retrained model than doing nothing, {ways}: {'; '.join(counts)}"


def _nearest(made: Tabling, groups: Groups) -> str:
    """On each forget set, the method nearest to the retrained model."""
    layout = made.layout
    if not layout.asks(DISTANCE):
        return "The distance row by row was not measured"
    named, without = [], []
    for group, title in groups.items():
        best = nearest(made, group)
        if best is None or not best.closer:
            without.append(title)
            continue
        floor = "" if best.floor is None else f"; floor {brief(best.floor, 3)}"
        ties = _listed([layout.methods[key] for key in best.tied], len(layout.unlearning) - 1)
        name = layout.methods[best.method]
        named.append(f"{title}, {name} ({brief(best.distance, 3)}{floor}; {ties})")
    nobody = f"no method can be told to be nearer than doing nothing on {', '.join(without)}"
    if not named:
        return f"Row by row, {nobody}"
    text = f"Nearest to the retrained model, row by row: {'; '.join(named)}"
    return f"{text}; {nobody}" if without else text


def _rank(made: Tabling) -> str:
    """The method of the best mean rank; empty where methods are not ranked."""
    if not isinstance(made.ranks, Ranks):
        return ""
    names, first = made.layout.methods, next(iter(made.ranks.means))
    ties = _listed([names[key] for key in made.ranks.tied(first)], len(made.ranks.means) - 1)
    return f"{names[first]} has the best mean rank ({ties})"


def _cost(made: Tabling) -> str:
    """What unlearning costs."""
    layout = made.layout
    means = numbers(made.summaries, layout)
    dearest = {
        name: max(own) for name in layout.unlearning if (own := shares(means, layout, [name]))
    }
    if not dearest:
        return "costs were not measured"
    dear = max(dearest, key=lambda name: dearest[name])
    middle = median(shares(means, layout, layout.unlearning))
    return (
        f"the median cost is {_percent(middle)} of retraining's seconds, and the dearest, "
        f"{layout.methods[dear]}, takes {_percent(dearest[dear])}"
    )


def _listed(names: Sequence[str], others: int) -> str:
    if not names:
        return "all others are farther"
    if len(names) <= NAMED:
        return f"not told from it: {', '.join(names)}"
    return f"{len(names)} of the other {others} are not told from it"


def _percent(share: float) -> str:
    return f"{brief(100 * share, 2)} %"
