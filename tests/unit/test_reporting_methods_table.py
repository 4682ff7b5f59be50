"""A row for each method, what is said of it as a whole, and whether the bars are met."""

import pandas as pd
import pytest

from regression_unlearning.reporting.estimates import FAILS, HOLDS, NOT_MEASURED
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
from regression_unlearning.reporting.summary import COLUMNS
from regression_unlearning.reporting.writing import as_latex, as_markdown

NAMES = {"original": "Original", "retrained": "Retrained", "good": "Good", "poor": "Poor"}
LAYOUT = Layout(
    title="Methods",
    dataset_title="Toy",
    groups={("d", "low"): "Low", ("d", "high"): "High"},
    methods={**NAMES, "dear": "Dear"},
    kind="methods",
    untuned=("poor",),
)


def row(forget_set, method, measure, mean, floor="0.1", note=""):
    return ["d", forget_set, method, measure, mean, "", "", 3, floor, "", note]


def frame(*more, poor="0.95", good="0.5"):
    rows = []
    for forget_set in ("low", "high"):
        rows += [
            row(forget_set, "original", "wasserstein_train", "1"),
            row(forget_set, "retrained", "wasserstein_train", "0.1", note="pairs"),
            row(forget_set, "poor", "wasserstein_train", poor),
            row(forget_set, "original", "seconds_over_retraining", "1.2"),
            row(forget_set, "poor", "seconds_over_retraining", "0.05"),
            row(forget_set, "good", "seconds_over_retraining", "0.04"),
            row(forget_set, "dear", "seconds_over_retraining", "0.6"),
            row(forget_set, "good", "attack_auc", "0.7"),
        ]
    rows += [
        row("low", "good", "wasserstein_train", "0.95"),
        row("high", "good", "wasserstein_train", good),
        row("low", "dear", "wasserstein_train", ">= 3"),
    ]
    return pd.DataFrame([*rows, *more], columns=COLUMNS)


def test_a_method_is_judged_as_a_whole():
    found = remarks(frame(), LAYOUT)
    assert found == {
        "good": (),  # on one forget set by more than the floor
        "poor": (NO_CLOSER, UNTUNED),  # nearer, but by less than the floor
        "dear": (NOT_COMPARED, DEAR),
    }
    assert remarks(frame(good="0.91"), LAYOUT)["good"] == (NO_CLOSER,)


def test_one_dear_forget_set_is_enough():
    """Cheap on the average is not cheap: 0.04 and 0.6 are no "at most a half"."""
    cost = "seconds_over_retraining"
    given = frame()
    dear = (given["method"] == "good") & (given["measure"] == cost) & (given["forget_set"] == "low")
    given.loc[dear, "mean"] = "0.6"
    assert remarks(given, LAYOUT)["good"] == (DEAR,)
    figures = bars(given, LAYOUT).set_index("id")["figures"]
    assert "more than half: Good, Dear" in figures["under_half"]


def test_each_remark_stands_at_each_row_of_its_method():
    table = methods_table(frame(), LAYOUT)
    notes = {(one.group, one.label): set(one.notes) for one in table.rows}
    for group in ("Low", "High"):
        assert {NO_CLOSER, UNTUNED} <= notes[group, "Poor"]
        assert not {NO_CLOSER, UNTUNED, DEAR} & notes[group, "Good"]
        assert DEAR in notes[group, "Dear"] and DEAR not in notes[group, "Original"]
    for text in (as_markdown(table), as_latex(table)):
        assert text.count(NO_CLOSER) == text.count(DEAR) == text.count(UNTUNED) == 1
    assert table.columns[:2] == ("Forget set", "Method")


def test_cells_floor_and_what_is_not_defined():
    table = methods_table(frame(), LAYOUT)
    place = {title: i for i, title in enumerate(table.columns[2:])}
    rows = {(one.group, one.label): one.cells for one in table.rows}
    w1, cost = place["Wasserstein distance, train → 0"], place["Share of retraining"]
    assert rows["Low", "Poor"][w1].text == "0.950" and rows["Low", "Poor"][cost].text == "0.050"
    assert rows["Low", "Retrained"][w1].text == rows["Low", "Original"][cost].text == "—"
    assert rows["Low", "Floor"][w1].text == "0.100" and rows["Low", "Floor"][cost].text == "—"
    assert rows["Low", "Dear"][w1].text == "≥ 3.000"
    assert rows["High", "Dear"][w1].text == "not measured"
    assert [one.label for one in table.rows][:6] == [*LAYOUT.methods.values(), "Floor"]


def test_the_tidy_file_leaves_costs_out(tmp_path):
    write_methods_table(frame(), LAYOUT, tmp_path / "methods")
    kept = pd.read_csv(tmp_path / "methods.csv")
    assert set(kept["measure"]) == {"wasserstein_train", "attack_auc"}
    assert {path.suffix for path in tmp_path.iterdir()} == {".csv", ".md", ".tex"}


@pytest.mark.parametrize(
    ("given", "verdicts"),
    [
        (frame(), [FAILS, FAILS, HOLDS]),
        (frame(poor="0.2"), [NOT_MEASURED, FAILS, HOLDS]),  # `dear` has a bound alone
        (frame(row("high", "dear", "wasserstein_train", "0.1"), poor="0.2"), [HOLDS, FAILS, HOLDS]),
    ],
)
def test_the_bars(given, verdicts):
    found = bars(given, LAYOUT)
    assert found["verdict"].tolist() == verdicts
    figures = found.set_index("id")["figures"]
    assert "more than half: Dear" in figures["under_half"]
    assert "0.050" in figures["median_under_a_tenth"]
    dear = given.assign(
        mean=given["mean"].where(given["measure"] != "seconds_over_retraining", "0.2")
    )
    assert bars(dear, LAYOUT)["verdict"].tolist()[1:] == [HOLDS, FAILS]
