"""Values that could not be measured, by reason, for the report."""

import re
from collections import defaultdict
from collections.abc import Iterable

from regression_unlearning.reporting.grid import Grid
from regression_unlearning.reporting.summaries import Summary
from regression_unlearning.reporting.tabling import Tabling

#: Notes of a cell that has a number, but no floor or not all seeds.
INCOMPLETE = re.compile(
    r"no floor|\d+ of \d+ (seeds|pairs) (not measured|censored)|of \d+ \w+, \d+ bounded"
)


def unmeasured(tablings: Iterable[Tabling]) -> Grid:
    """Reasons why cells have no number, or an incomplete one, with the cells concerned.

    Models with the same missing measures share a row, and so do forget sets.

    Parameters
    ----------
    tablings : iterable of Tabling
        The tables.
    """
    by_reason: dict[str, dict[tuple[str, str], set[str]]] = defaultdict(lambda: defaultdict(set))
    names_of: dict[str, tuple[dict[str, None], dict[str, None]]] = defaultdict(lambda: ({}, {}))
    for tabling in tablings:
        layout = tabling.layout
        several = len(tabling.settings["datasets"]) > 1
        cells = layout.own(tabling.summaries)
        for group, title in layout.groups.items():
            place = title if several else f"{layout.dataset_title}, {title}"
            for method, model in layout.methods.items():
                for quantity in dict.fromkeys((*layout.measures, *layout.quantities)):
                    cell = cells.get((*group, method, quantity))
                    if cell is None:
                        continue
                    measure = layout.words(quantity).title
                    for names, name in zip(names_of[place], (model, measure), strict=True):
                        names[name] = None
                    for reason in _reasons(cell):
                        by_reason[reason][place, measure].add(model)
    rows = tuple(
        (reason if not number else "", *row)
        for reason, measures in by_reason.items()
        for number, row in enumerate(_rows(measures, names_of))
    )
    return Grid("", ("Why", "Where", "Models", "Measures"), rows)


def _reasons(cell: Summary) -> list[str]:
    if cell.mean.value is None:
        notes = [note for note in cell.notes if not note.startswith("no floor")]
        return [f"{cell.mean.state}: {', '.join(notes)}"]
    return [note for note in cell.notes if INCOMPLETE.match(note)]


def _rows(
    missing: dict[tuple[str, str], set[str]],
    names_of: dict[str, tuple[dict[str, None], dict[str, None]]],
) -> list[tuple[str, str, str]]:
    """Forget sets, models, measures: a row for each set of models and of measures."""
    measures: dict[tuple[str, str], set[str]] = defaultdict(set)
    for (place, measure), models in missing.items():
        measures[place, _named(models, names_of[place][0], ", ")].add(measure)
    by_rest: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (place, models_named), titles in measures.items():
        by_rest[models_named, _named(titles, names_of[place][1], "; ")].append(place)
    return [("; ".join(where), *rest) for rest, where in by_rest.items()]


def _named(some: set[str], every: dict[str, None], comma: str) -> str:
    """Some names in the order of all; ``"all"`` if none is missing."""
    return "all" if some >= every.keys() else comma.join(name for name in every if name in some)
