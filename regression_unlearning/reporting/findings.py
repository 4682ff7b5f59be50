"""What a table found, in three sentences, each from the predicate behind its marks."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from regression_unlearning.evaluation.errors import HARDLY, NO_BETTER
from regression_unlearning.reporting.claims import Checked
from regression_unlearning.reporting.comparing import BETTER, WORSE, Comparison, judged
from regression_unlearning.reporting.layout import GOLD, NOTHING
from regression_unlearning.reporting.numerals import brief, rounded, short
from regression_unlearning.reporting.ranks import Ranks
from regression_unlearning.reporting.remarks import DISTANCES, closer_here, numbers, shares
from regression_unlearning.reporting.tabling import Tabling
from regression_unlearning.reporting.verdicts import FAILS, HOLDS

DISTANCE = "row_distance_train"
#: What each distance that `remarks.closer_here` asks for is called.
CALLED = dict(zip(DISTANCES, ("in Wasserstein distance", "row by row"), strict=True))
#: Most methods that are listed by name; of more methods the number is given.
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
        Its distance, and that between retrained models of different seeds, as means over seeds.
    tied : tuple of str
        Methods whose verdict against it is not worse: compared seed by seed, corrected by Holm's
        rule over the methods of the forget set.
    closer : bool
        Whether its verdict against doing nothing is better.
    """

    method: str
    distance: float
    floor: float | None
    tied: tuple[str, ...]
    closer: bool


def nearest(tabling: Tabling, group: tuple[str, str]) -> Nearest | None:
    """The method nearest to the retrained model on a forget set.

    Parameters
    ----------
    tabling : Tabling
        The table.
    group : (str, str)
        Dataset and forget set.

    Returns
    -------
    Nearest or None
        None where no distance was measured.
    """
    cells = {
        name: tabling.summaries.get((*group, name, DISTANCE)) for name in tabling.layout.unlearning
    }
    means = {
        name: cell.mean.exact
        for name, cell in cells.items()
        if cell and not math.isnan(cell.mean.exact)
    }
    if not means:
        return None
    best = min(means, key=lambda name: means[name])
    against = {
        name: tabling.scores.compare((*group, name, DISTANCE), (*group, best, DISTANCE))
        for name in means
        if name != best
    }
    tied = tuple(
        name for name, comparison in judged(against).items() if comparison.verdict != WORSE
    )
    nothing = tabling.compared.get((*group, best, NOTHING, DISTANCE), Comparison())
    gold = tabling.summaries.get((*group, GOLD, DISTANCE))
    floor = gold.floor.value if gold and gold.floor else None
    return Nearest(best, means[best], floor, tied, nothing.verdict == BETTER)


def findings(tabling: Tabling) -> tuple[str, str, str]:
    """What a table found, in three sentences.

    Parameters
    ----------
    tabling : Tabling
        The table.

    Returns
    -------
    tuple of str
        Which methods end closer to the retrained model than doing nothing; which is the nearest on
        each forget set; ranks and costs. A sentence says so where what it needs was not measured.
    """
    weak = _noted(tabling, NO_BETTER)
    warning = "; ".join(text.removesuffix(".") for text in worthless(tabling))
    groups = {key: title for key, title in tabling.layout.groups.items() if key not in weak}
    closer = _closer(tabling, groups)
    if not groups:
        return f"{warning}.", "No method is called near.", f"{_cost(tabling)}."
    if warning:
        closer = f"{warning}; {'elsewhere, ' if weak else ''}c{closer[1:]}"
    rank = _rank(tabling)
    last = f"{rank}; {_cost(tabling)}" if rank else _cost(tabling)
    return f"{closer}.", f"{_nearest(tabling, groups)}.", f"{last[0].upper()}{last[1:]}."


def tally(claims: Sequence[Checked]) -> str:
    """A count of the claims by verdict, in words; empty without claims."""
    count = Counter(claim.verdict for claim in claims)
    if not claims:
        return ""
    undecided = len(claims) - count[HOLDS] - count[FAILS]
    return (
        f"of {len(claims)} claims (counted once for each forget set) {count[HOLDS]} hold, "
        f"{count[FAILS]} do not, {undecided} cannot be told or were not measured"
    )


def worthless(tabling: Tabling) -> Iterator[str]:
    """A warning where the original has learnt nothing, or little: nothing then follows from it."""
    for start, note, left in (
        ("Read no further", NO_BETTER, "nothing"),
        ("Read with care", HARDLY, "little"),
    ):
        weak = _noted(tabling, note)
        titles = [title for group, title in tabling.layout.groups.items() if group in weak]
        if titles:
            yield f"{start}: {note} ({'; '.join(titles)}), so there was {left} to unlearn."


def _noted(tabling: Tabling, note: str) -> set[tuple[str, str]]:
    """The forget sets whose original has a note."""
    cells = tabling.layout.own(tabling.summaries)
    return {key[:2] for key, cell in cells.items() if key[2] == NOTHING and note in cell.notes}


def _closer(tabling: Tabling, groups: Groups) -> str:
    """On each forget set, how many methods end closer to the retrained model than the original."""
    layout = tabling.layout
    asked = [key for key in DISTANCES if layout.asks(key)]
    if not asked:
        return "Closeness to the retrained model was not measured"
    counts = []
    for group, title in groups.items():
        verdicts = [closer_here(tabling.compared, group, name, asked) for name in layout.unlearning]
        unknown = verdicts.count(None)
        more = f" ({unknown} cannot be told)" if unknown else ""
        counts.append(f"{title}, {verdicts.count(True)} of {len(verdicts)} methods{more}")
    ways = " and ".join(CALLED[key] for key in asked)
    return f"Closer to the retrained model than doing nothing, {ways}: {'; '.join(counts)}"


def _nearest(tabling: Tabling, groups: Groups) -> str:
    """On each forget set, the method nearest to the retrained model."""
    layout = tabling.layout
    if not layout.asks(DISTANCE):
        return "The distance row by row was not measured"
    named, without = [], []
    for group, title in groups.items():
        best = nearest(tabling, group)
        if best is None or not best.closer:
            without.append(title)
            continue
        floor = "" if best.floor is None else f"; floor {short(rounded(best.floor))}"
        ties = _listed([layout.methods[key] for key in best.tied], len(layout.unlearning) - 1)
        name = layout.methods[best.method]
        named.append(f"{title}, {name} ({short(rounded(best.distance))}{floor}; {ties})")
    nobody = f"no method can be told to be nearer than doing nothing on {', '.join(without)}"
    if not named:
        return f"Row by row, {nobody}"
    unit = f", in {layout.unit}" if layout.unit else ""
    text = f"Nearest to the retrained model, row by row{unit}: {'; '.join(named)}"
    return f"{text}; {nobody}" if without else text


def _rank(tabling: Tabling) -> str:
    """The method of the best mean rank; empty where methods are not ranked."""
    if not isinstance(tabling.ranks, Ranks):
        return ""
    names, first = tabling.layout.methods, next(iter(tabling.ranks.means))
    ties = _listed([names[key] for key in tabling.ranks.tied(first)], len(tabling.ranks.means) - 1)
    return f"{names[first]} has the best mean rank ({ties})"


def _cost(tabling: Tabling) -> str:
    """What unlearning costs."""
    layout = tabling.layout
    means = numbers(tabling.summaries, layout)
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
        return f"not distinguishable from it: {', '.join(names)}"
    return f"{len(names)} of the other {others} are not distinguishable from it"


def _percent(share: float) -> str:
    digits = f"{100 * share:.0f}" if share >= 0.1 else brief(100 * share, 2)
    return f"{digits} %"
