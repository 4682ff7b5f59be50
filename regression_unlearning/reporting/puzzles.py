"""Two values of the paper's Table 2 that lie far from ours, with possible explanations."""

import math
from collections.abc import Mapping, Sequence

from regression_unlearning.reporting.against_paper import READINGS, Apart, nearer
from regression_unlearning.reporting.coincidence import listed
from regression_unlearning.reporting.layout import GOLD, NOTHING, Layout
from regression_unlearning.reporting.numerals import brief
from regression_unlearning.reporting.summaries import Summaries, Summary

BAND, RANDOM = "score_0_2", "random_1000"
ATTACK, RETAIN, FORGET = "attack_label_rate", "error_retain_test", "error_forget_test"
Protocols = Sequence[tuple[str, Summaries, Layout]]


def explained(protocols: Protocols) -> str:
    """Markdown paragraphs on the attack on scores 0-2 and on the original's errors there.

    Parameters
    ----------
    protocols : sequence of (title, summaries, layout)
        See `against_paper.as_markdown`.
    """
    parts = [_attack(protocols), *(_exchanged(*protocol) for protocol in protocols)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _attack(protocols: Protocols) -> str:
    """Which variant of the attack gives the printed shares of the original and of gold."""
    shown, inside = [], []
    for method in (NOTHING, GOLD):
        readings: dict[str, Apart] = {}
        for title, cells, layout in protocols:
            by_quantity = _of(cells, layout, BAND, method)
            for name in READINGS[ATTACK]:
                if name in by_quantity and by_quantity[ATTACK].paper:
                    words = f"{layout.words(name).title} ({title.lower()})"
                    key = ("", BAND, method, name)
                    readings[words] = Apart(key, by_quantity[ATTACK].paper, by_quantity[name])
        if not readings:
            return ""
        held = [words for words, reading in readings.items() if reading.units <= 1]
        best = nearer(list(readings.values()))
        near = next(words for words, reading in readings.items() if reading is best)
        closest = readings[near].ours.mean.exact
        printed = next(iter(readings.values())).printed
        model = protocols[0][2].methods[method].lower()
        where = (
            listed(held) if held else f"no reading. The nearest is {near}, with {brief(closest, 3)}"
        )
        shown.append(
            (f"{printed} for the {model} model", f"{printed} lies within the interval of {where}")
        )
        inside.append(set(held))
    both = set.intersection(*inside)
    printed_values, places = zip(*shown, strict=True)
    end = (
        f"Both lie within the interval of {listed(sorted(both))}."
        if both
        else "No one reading of the attack gives both."
    )
    return (
        f"**The attack on scores 0-2.** The paper prints {listed(printed_values)}. Beside our "
        f"intervals, one for each way to read the attack:\n\n"
        f"- {places[0]}.\n- {places[1]}.\n- {end}"
    )


def _exchanged(title: str, cells: Summaries, layout: Layout) -> str:
    """Whether the original's two printed errors on scores 0-2 fit its printed error on all rows.

    After forgetting random rows every test row is kept, and the error is over all test rows. The
    mean square error over all of them is the mean of that of kept and of forgotten rows, weighted
    by their shares.
    """
    ours, every = _of(cells, layout, BAND, NOTHING), _of(cells, layout, RANDOM, NOTHING)
    if not {RETAIN, FORGET} <= ours.keys() or RETAIN not in every:
        return ""
    retained, forgotten, whole = (
        cell.mean.exact for cell in (ours[RETAIN], ours[FORGET], every[RETAIN])
    )
    share = (whole**2 - retained**2) / (forgotten**2 - retained**2)
    paper = [cell.paper for cell in (ours[RETAIN], ours[FORGET], every[RETAIN])]
    if not all(paper) or not 0 < share < 1:
        return ""
    printed, other, total = map(float, paper)

    def over_all(first: float, second: float) -> float:
        return math.sqrt((1 - share) * first**2 + share * second**2)

    straight, swapped = over_all(printed, other), over_all(other, printed)
    pairs = {"as they stand": paper[:2], "exchanged": paper[1::-1]}
    inside = {
        words: sum(
            Apart(("", BAND, NOTHING, name), value, ours[name]).units <= 1
            for name, value in zip((RETAIN, FORGET), values, strict=True)
        )
        for words, values in pairs.items()
    }
    fits = "Exchanged" if abs(swapped - total) < abs(straight - total) else "As they stand"
    return (
        f"**The original's errors on scores 0-2 ({title.lower()}).** "
        f"Were two values exchanged?\n\n"
        f"- Kept test rows: paper {paper[0]}, ours {brief(retained, 3)}. "
        f"Forgotten test rows: paper {paper[1]}, ours {brief(forgotten, 3)}.\n"
        f"- Over all test rows the paper prints {paper[2]} for the same model. By our errors "
        f"{brief(100 * share, 2)} % of the test rows are forgotten ones. With that share the "
        f"paper's two values make {brief(straight, 3)} over all test rows as they stand, and "
        f"{brief(swapped, 3)} exchanged. {fits} they fit better.\n"
        f"- Of the two values, {inside['as they stand']} lie within our intervals as they stand, "
        f"{inside['exchanged']} exchanged."
    )


def _of(cells: Summaries, layout: Layout, forget_set: str, method: str) -> Mapping[str, Summary]:
    """A model's cells on one forget set, by quantity."""
    return {
        key[3]: cell
        for key, cell in cells.items()
        if key[:2] in layout.groups and key[1] == forget_set and key[2] == method
    }
