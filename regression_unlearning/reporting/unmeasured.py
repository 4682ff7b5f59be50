"""What could not be measured, and why: by reason, for the report."""

import re
from collections import defaultdict
from collections.abc import Iterable

from regression_unlearning.reporting.grid import Grid
from regression_unlearning.reporting.summaries import Summary
from regression_unlearning.reporting.tabling import Tabling

#: Notes that say that something is lacking where there is a number.
LACKING = re.compile(r"no floor|\d+ of \d+ (seeds|pairs) (not measured|censored)|of \d+ \w+, \d+ bou")


def unmeasured(made: Iterable[Tabling]) -> Grid:
    """Every reason that some table's cell has no number, or lacks part of it, and where it holds.

    Models to which the same measures lack for the same reason stand together.
    """
    found: dict[str, dict[tuple[str, str], dict[str, None]]] = defaultdict(dict)
    known: dict[str, set[str]] = defaultdict(set)
    for one in made:
        layout = one.layout
        several = len(one.settings["datasets"]) > 1
        for (*group, method, quantity), cell in layout.own(one.summaries).items():
            title = layout.groups[group[0], group[1]]
            place = title if several else f"{layout.dataset_title}, {title}"
            known[place].add(layout.methods[method])
            for reason in _reasons(cell):
                measure = (place, layout.words(quantity).title)
                found[reason].setdefault(measure, {})[layout.methods[method]] = None
    rows = tuple(
        (reason if not number else "", *row)
        for reason, measures in found.items()
        for number, row in enumerate(_places(measures, known))
    )
    return Grid("", ("Why", "Where", "Models", "Measures"), rows)


def _reasons(cell: Summary) -> list[str]:
    if cell.mean.value is None:
        return [f"{cell.mean.state}: {', '.join(cell.notes)}"]
    return [note for note in cell.notes if LACKING.match(note)]


def _places(
    measures: dict[tuple[str, str], dict[str, None]], known: dict[str, set[str]]
) -> list[tuple[str, str, str]]:
    """Place, models, measures: a row for each set of models of a place."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (place, measure), models in measures.items():
        everywhere = models.keys() == known[place]
        found[place, "all" if everywhere else ", ".join(models)].append(measure)
    return [(*key, "; ".join(titles)) for key, titles in found.items()]
