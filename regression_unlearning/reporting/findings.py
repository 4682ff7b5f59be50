"""Findings of a table in sentences; each follows from the verdicts that the table shows."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean, median

from regression_unlearning.evaluation.errors import NO_BETTER
from regression_unlearning.reporting.claims import Checked
from regression_unlearning.reporting.comparing import BETTER, WORSE, Comparison, judged
from regression_unlearning.reporting.layout import GOLD, NOTHING
from regression_unlearning.reporting.numerals import brief
from regression_unlearning.reporting.ranks import Ranks
from regression_unlearning.reporting.remarks import closer_here, numbers, shares
from regression_unlearning.reporting.tabling import Tabling
from regression_unlearning.reporting.verdicts import FAILS, HOLDS

DISTANCE = "row_distance_train"
#: Most methods that are listed by name; of more methods the number is given.
NAMED = 4


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
    scores = {
        name: tabling.scores.of((*group, name, DISTANCE)) for name in tabling.layout.unlearning
    }
    means = {name: mean(by_seed.values()) for name, by_seed in scores.items() if by_seed}
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


def findings(tabling: Tabling) -> list[str]:
    """Sentences on a table: methods closer than doing nothing, the nearest, ranks, costs.

    Parameters
    ----------
    tabling : Tabling
        The table.

    Returns
    -------
    list of str
        Without those whose measures the table does not show.
    """
    layout = tabling.layout
    sentences = [*_worthless(tabling), *_closer(tabling)]
    for group, title in layout.groups.items():
        best = nearest(tabling, group)
        if best is None:
            continue
        floor = "" if best.floor is None else f"; floor {brief(best.floor, 3)}"
        name = f"{layout.methods[best.method]} ({brief(best.distance, 3)}{floor})"
        if not best.closer:
            sentences.append(
                f"{title}: no method can be told to be nearer, row by row, than doing nothing."
            )
            continue
        others = len(layout.unlearning) - 1
        rest = _listed([layout.methods[key] for key in best.tied], others)
        sentences.append(f"{title}: nearest row by row is {name}; {rest}.")
    if isinstance(tabling.ranks, Ranks):
        first = next(iter(tabling.ranks.means))
        rest = _listed(
            [layout.methods[method] for method in tabling.ranks.tied(first)],
            len(tabling.ranks.means) - 1,
        )
        sentences.append(f"Best mean rank: {layout.methods[first]}; {rest}.")
    means = numbers(tabling.summaries, layout)
    dearest = {
        name: max(own) for name in layout.unlearning if (own := shares(means, layout, [name]))
    }
    if dearest:
        dear = max(dearest, key=lambda name: dearest[name])
        middle = median(shares(means, layout, layout.unlearning))
        sentences.append(
            f"The median cost is {_percent(middle)} of retraining's seconds; the dearest, "
            f"{layout.methods[dear]}, takes {_percent(dearest[dear])}."
        )
    return sentences


def tally(claims: Sequence[Checked]) -> str:
    """A sentence that counts the claims by verdict; empty without claims."""
    count = Counter(claim.verdict for claim in claims)
    if not claims:
        return ""
    open_ones = len(claims) - count[HOLDS] - count[FAILS]
    return (
        f"Of {len(claims)} claims (each at each place) {count[HOLDS]} hold, {count[FAILS]} do not, "
        f"{open_ones} cannot be told or were not measured."
    )


def _worthless(tabling: Tabling) -> Iterable[str]:
    """A warning where the original has learnt nothing: no value can then show unlearning."""
    cells = tabling.layout.own(tabling.summaries)
    weak = {key[:2] for key, cell in cells.items() if key[2] == NOTHING and NO_BETTER in cell.notes}
    if weak:
        titles = [title for group, title in tabling.layout.groups.items() if group in weak]
        where = "; ".join(titles)
        yield f"Read no further: {NO_BETTER} ({where}), so there was nothing to unlearn."


def _closer(tabling: Tabling) -> Iterable[str]:
    """A count, for each forget set, of methods closer to the retrained model than the original."""
    layout, counts = tabling.layout, []
    count = len(layout.unlearning)
    for group, title in layout.groups.items():
        verdicts = [closer_here(tabling.compared, group, name) for name in layout.unlearning]
        unknown = verdicts.count(None)
        tail = f" ({unknown} cannot be told)" if unknown else ""
        counts.append(f"{title}, {verdicts.count(True)} of {count} methods{tail}")
    if counts:
        yield (
            "Closer to the retrained model than doing nothing, in Wasserstein distance and row by "
            f"row: {'; '.join(counts)}."
        )


def _listed(names: Sequence[str], others: int) -> str:
    if not names:
        return "all others are farther"
    if len(names) <= NAMED:
        return f"not told from it: {', '.join(names)}"
    return f"{len(names)} of the other {others} are not told from it"


def _percent(share: float) -> str:
    return f"{brief(100 * share, 2)} %"
