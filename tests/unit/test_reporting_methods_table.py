"""A row for each method, what is said of it as a whole, and whether the bars are met."""

import pytest
from made_summaries import WORDS, at_least, cell

from regression_unlearning.reporting.layout import Layout
from regression_unlearning.reporting.methods_table import methods_table, write_methods_table
from regression_unlearning.reporting.remarks import (
    DEAR,
    NO_CLOSER,
    NOT_COMPARED,
    UNTUNED,
    bars,
    remarks,
)
from regression_unlearning.reporting.summaries import read
from regression_unlearning.reporting.verdicts import FAILS, HOLDS, NOT_MEASURED
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


COST, W1 = "seconds_over_retraining", "wasserstein_train"


def given(more=(), poor=0.95, good=0.5):
    found = {}
    for forget_set in ("low", "high"):
        found |= {
            ("d", forget_set, "original", W1): cell(1.0, floor=0.1),
            ("d", forget_set, "retrained", W1): cell(0.1, floor=0.1, note="pairs"),
            ("d", forget_set, "poor", W1): cell(poor, floor=0.1),
            ("d", forget_set, "original", COST): cell(1.2, floor=0.1),
            ("d", forget_set, "poor", COST): cell(0.05, floor=0.1),
            ("d", forget_set, "good", COST): cell(0.04, floor=0.1),
            ("d", forget_set, "dear", COST): cell(0.6, floor=0.1),
            ("d", forget_set, "good", "attack_auc"): cell(0.7, floor=0.1),
        }
    found |= {
        ("d", "low", "good", W1): cell(0.95, floor=0.1),
        ("d", "high", "good", W1): cell(good, floor=0.1),
        ("d", "low", "dear", W1): cell(at_least(3.0), floor=0.1),
    }
    return {**found, **dict(more)}


def test_a_method_is_judged_as_a_whole():
    found = remarks(given(), LAYOUT)
    assert found == {
        "good": (),  # on one forget set by more than the floor
        "poor": (NO_CLOSER, UNTUNED),  # nearer, but by less than the floor
        "dear": (NOT_COMPARED, DEAR),
    }
    assert remarks(given(good=0.91), LAYOUT)["good"] == (NO_CLOSER,)


def test_one_dear_forget_set_is_enough():
    """Cheap on the average is not cheap: 0.04 and 0.6 are no "at most a half"."""
    found = given({("d", "low", "good", COST): cell(0.6, floor=0.1)})
    assert remarks(found, LAYOUT)["good"] == (DEAR,)
    figures = {one.id: one.figures for one in bars(found, LAYOUT)}
    assert "more than half: Good, Dear" in figures["under_half"]


def test_each_remark_stands_at_each_row_of_its_method():
    table = methods_table(given(), LAYOUT)
    notes = {(one.group, one.label): set(one.notes) for one in table.rows}
    for group in ("Low", "High"):
        assert {NO_CLOSER, UNTUNED} <= notes[group, "Poor"]
        assert not {NO_CLOSER, UNTUNED, DEAR} & notes[group, "Good"]
        assert DEAR in notes[group, "Dear"] and DEAR not in notes[group, "Original"]
    for text in (as_markdown(table), as_latex(table)):
        assert text.count(NO_CLOSER) == text.count(DEAR) == text.count(UNTUNED) == 1
    assert table.columns[:2] == ("Forget set", "Method")


def test_cells_floor_and_what_is_not_defined():
    table = methods_table(given(), LAYOUT)
    place = {title: i for i, title in enumerate(table.columns[2:])}
    rows = {(one.group, one.label): one.cells for one in table.rows}
    w1, cost = place["Wasserstein distance, train → 0"], place["Share of retraining"]
    assert rows["Low", "Poor"][w1].text == "0.950" and rows["Low", "Poor"][cost].text == "0.050"
    assert rows["Low", "Retrained"][w1].text == rows["Low", "Original"][cost].text == "—"
    assert rows["Low", "Floor"][w1].text == "0.100" and rows["Low", "Floor"][cost].text == "—"
    assert rows["Low", "Dear"][w1].text == "≥ 3.000"
    assert rows["High", "Dear"][w1].text == "not measured"
    assert [one.label for one in table.rows][:6] == [*LAYOUT.methods.values(), "Floor"]


def test_the_file_of_summaries_leaves_costs_out(tmp_path):
    write_methods_table(given(), LAYOUT, tmp_path / "methods")
    assert {key[3] for key in read(tmp_path / "methods.csv")} == {W1, "attack_auc"}
    assert {path.suffix for path in tmp_path.iterdir()} == {".csv", ".md", ".tex"}


@pytest.mark.parametrize(
    ("found", "verdicts"),
    [
        (given(), [FAILS, FAILS, HOLDS]),
        (given(poor=0.2), [NOT_MEASURED, FAILS, HOLDS]),  # `dear` has a bound alone
        (given({("d", "high", "dear", W1): cell(0.1, floor=0.1)}, poor=0.2), [HOLDS, FAILS, HOLDS]),
    ],
)
def test_the_bars(found, verdicts):
    checked = bars(found, LAYOUT)
    assert [one.verdict for one in checked] == verdicts
    figures = {one.id: one.figures for one in checked}
    assert "more than half: Dear" in figures["under_half"]
    assert figures["median_under_a_tenth"] == ("median share 0.050",)
    dear = {key: cell(0.2) if key[3] == COST else one for key, one in found.items()}
    assert [one.verdict for one in bars(dear, LAYOUT)][1:] == [HOLDS, FAILS]
