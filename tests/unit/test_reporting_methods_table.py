"""A row for each method, what is said of it as a whole, and whether the bars are met."""

import pytest
from made_summaries import WORDS, at_least, cell

from regression_unlearning.reporting.comparing import BETTER, SAME, UNTOLD, WORSE, Comparison
from regression_unlearning.reporting.layout import Layout
from regression_unlearning.reporting.methods_table import methods_table
from regression_unlearning.reporting.remarks import (
    DEAR,
    NO_CLOSER,
    NOT_COMPARED,
    UNTUNED,
    bars,
    remarks,
)
from regression_unlearning.reporting.verdicts import FAILS, HOLDS, UNDECIDED
from regression_unlearning.reporting.writing import as_latex, as_markdown

NAMES = {"original": "Original", "retrained": "Retrained", "good": "Good", "poor": "Poor"}
LAYOUT = Layout(
    title="Methods",
    dataset_title="Toy",
    groups={("d", "low"): "Low", ("d", "high"): "High"},
    methods={**NAMES, "dear": "Dear"},
    kind="methods",
    untuned=("poor",),
    quantities=WORDS,
)


COST, W1, ROWS = "seconds_over_retraining", "wasserstein_train", "row_distance_train"


def given(more=()):
    found = {}
    for forget_set in ("low", "high"):
        found |= {
            ("d", forget_set, "original", W1): cell(1.0, floor=0.1),
            ("d", forget_set, "retrained", W1): cell(0.1, floor=0.1, note="pairs"),
            ("d", forget_set, "poor", W1): cell(0.95, floor=0.1),
            ("d", forget_set, "original", COST): cell(1.2, floor=0.1),
            ("d", forget_set, "poor", COST): cell(0.05, floor=0.1),
            ("d", forget_set, "good", COST): cell(0.04, floor=0.1),
            ("d", forget_set, "dear", COST): cell(0.6, floor=0.1),
            ("d", forget_set, "good", "attack_auc"): cell(0.7, floor=0.1),
        }
    found |= {
        ("d", "low", "good", W1): cell(0.95, floor=0.1),
        ("d", "high", "good", W1): cell(0.5, floor=0.1),
        ("d", "low", "dear", W1): cell(at_least(3.0), floor=0.1),
    }
    return {**found, **dict(more)}


def compared(**verdicts):
    """``good=(low's W1, low's rows, high's W1, high's rows)``, against doing nothing."""
    places = [(forget_set, one) for forget_set in ("low", "high") for one in (W1, ROWS)]
    return {
        ("d", forget_set, method, "original", quantity): Comparison(0.1, verdict=verdict)
        for method, said in verdicts.items()
        for (forget_set, quantity), verdict in zip(places, said, strict=True)
    }


JUDGED = compared(
    good=(SAME, SAME, BETTER, BETTER),
    poor=(BETTER, SAME, WORSE, BETTER),  # the right values in the wrong rows are no closeness
    dear=(UNTOLD, UNTOLD, SAME, SAME),
)


def test_a_method_is_judged_as_a_whole():
    assert remarks(given(), LAYOUT, JUDGED) == {
        "good": (),
        "poor": (NO_CLOSER, UNTUNED),
        "dear": (NOT_COMPARED, DEAR),
    }
    assert set(remarks(given(), LAYOUT, {}).values()) >= {(NOT_COMPARED,)}


def test_one_dear_forget_set_is_enough():
    """Cheap on the average is not cheap: 0.04 and 0.6 are no "at most a half"."""
    found = given({("d", "low", "good", COST): cell(0.6, floor=0.1)})
    assert remarks(found, LAYOUT, JUDGED)["good"] == (DEAR,)
    figures = {one.id: one.figures for one in bars(found, LAYOUT, JUDGED)}
    assert "more than half: Good, Dear" in figures["under_half"]


def test_each_remark_stands_at_each_row_of_its_method():
    table = methods_table(given(), LAYOUT, JUDGED)
    notes = {(one.group, one.label): set(one.notes) for one in table.rows}
    for group in ("Low", "High"):
        assert {NO_CLOSER, UNTUNED} <= notes[group, "Poor"]
        assert not {NO_CLOSER, UNTUNED, DEAR} & notes[group, "Good"]
        assert DEAR in notes[group, "Dear"] and DEAR not in notes[group, "Original"]
    for text in (as_markdown(table), as_latex(table)):
        assert text.count(NO_CLOSER) == text.count(DEAR) == text.count(UNTUNED) == 1
    assert table.columns[:2] == ("Forget set", "Method")


def test_cells_floor_and_what_is_not_defined():
    table = methods_table(given(), LAYOUT, JUDGED)
    place = {title: i for i, title in enumerate(table.columns[2:])}
    rows = {(one.group, one.label): one.cells for one in table.rows}
    w1, cost = place["Wasserstein distance, train → 0"], place["Share of retraining"]
    assert rows["Low", "Poor"][w1].text == "0.950 ▲" and rows["High", "Poor"][w1].text == "0.950 ▼"
    assert rows["Low", "Poor"][cost].text == "0.050"
    assert rows["Low", "Retrained"][w1].text == rows["Low", "Original"][cost].text == "—"
    assert rows["Low", "Floor"][w1].text == "0.100" and rows["Low", "Floor"][cost].text == "—"
    assert rows["Low", "Dear"][w1].text == "≥ 3.000 ?"
    assert rows["High", "Dear"][w1].text == "not measured"
    assert [one.label for one in table.rows][:6] == [*LAYOUT.methods.values(), "Floor"]


@pytest.mark.parametrize(
    ("found", "verdicts"),
    [
        (JUDGED, [FAILS, FAILS, HOLDS]),
        (JUDGED | compared(poor=(BETTER,) * 4), [UNDECIDED, FAILS, HOLDS]),  # `dear` is not known
        (JUDGED | compared(poor=(BETTER,) * 4, dear=(BETTER,) * 4), [HOLDS, FAILS, HOLDS]),
    ],
)
def test_the_bars(found, verdicts):
    checked = bars(given(), LAYOUT, found)
    assert [one.verdict for one in checked] == verdicts
    figures = {one.id: one.figures for one in checked}
    assert "more than half: Dear" in figures["under_half"]
    assert figures["median_under_a_tenth"] == ("median share 0.050",)
    cheap = {key: cell(0.2) if key[3] == COST else one for key, one in given().items()}
    assert [one.verdict for one in bars(cheap, LAYOUT, found)][1:] == [HOLDS, FAILS]
