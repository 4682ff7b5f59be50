"""Tables as Markdown and LaTeX beside the tidy CSV: structure, notes, escaping, same bytes."""

import pandas as pd
import pytest

from regression_unlearning.reporting.costs import VARIES, costs_table, write_costs
from regression_unlearning.reporting.layout import EMBEDDED, Layout
from regression_unlearning.reporting.numerals import fixed, places, read, spread
from regression_unlearning.reporting.summary import COLUMNS, read_tidy
from regression_unlearning.reporting.tables import ABSENT, main_table, write_table
from regression_unlearning.reporting.writing import as_latex, as_markdown

LAYOUT = Layout(
    title="Unlearning & forgetting | 100 %",
    dataset_title="Toy_data",
    groups={("d", "low"): "<= -0.85", ("d", "high"): "$5_000$"},
    methods={"original": "Original", "retrained": "Retrained", "blindspot": "Blindspot"},
    measures=("error_forget_train", "anamnesis"),
    error="absolute error (hours)",
    embedded=True,
)


def row(forget_set, method, measure, mean, low="", high="", floor="", paper="", note=""):
    return ["d", forget_set, method, measure, mean, low, high, 3, floor, paper, note]


FRAME = pd.DataFrame(
    [
        row("low", "original", "error_forget_train", "1.5", "1.4", "1.6", "0.05", "1.40", "capped"),
        row(
            "low", "retrained", "error_forget_train", "2.5", "2.3", "2.7", "0.05", "2.75", "capped"
        ),
        row(
            "low", "blindspot", "error_forget_train", "2.4", "", "", "0.05", "", "one seed; capped"
        ),
        row("low", "retrained", "anamnesis", "0.04", floor="0.04"),
        row("low", "blindspot", "anamnesis", ">= 1.32", floor="0.04", note="2 of 3 seeds censored"),
        row("high", "original", "error_forget_train", "11.5", "11.25", "11.75"),
        row("high", "retrained", "error_forget_train", "not measured", note="diverged"),
        row("high", "blindspot", "error_forget_train", "9.25", note="one seed"),
        row("high", "blindspot", "anamnesis", "not measurable", note="both ways"),
        row("low", "blindspot", "attack_auc", "0.6", floor="0.00001"),
        row("low", "blindspot", "a_plug_in", "0.0002"),
        row("low", "blindspot", "seconds", "12.5", "12", "13", floor="3"),
        row("low", "retrained", "seconds", "125", note="one seed; one retrained seed: no floor"),
        ["other", "low", "blindspot", "only_elsewhere", "1", "", "", 3, "", "", ""],
    ],
    columns=COLUMNS,
)


def records(table):
    """Each row as a dictionary: its column titles to what stands there, and its block."""
    return [
        {
            **dict(zip(table.columns, [row.group, row.heading, *texts(row)], strict=True)),
            "Block": block.title,
            "Notes": {
                note for notes in (row.notes, *(c.notes for c in row.cells)) for note in notes
            },
        }
        for block in table.blocks
        for row in block.rows
    ]


def texts(row):
    return [c.text + (f" (paper {c.paper})" if c.paper else "") for c in row.all_cells]


def test_cells():
    rows = {(r["Forget set"], r["Measure"]): r for r in records(main_table(FRAME, LAYOUT))}
    first = rows["<= -0.85", "Forget error, train → retrained"]
    assert first["Original"] == "1.500 ± 0.100 (paper 1.40)"
    assert first["Retrained"] == "2.500 ± 0.200 (paper 2.75)"
    assert first["Blindspot"] == "2.400"
    assert (first["Floor"], first["Notes"]) == ("0.050", {"capped", "one seed"})
    second = rows["<= -0.85", "Anamnesis index → 1"]
    assert (second["Original"], second["Blindspot"]) == ("—", "≥ 1.320")
    assert second["Floor"] == "0.040"  # the frame's own: how far retrained models' index is from 1
    third = rows["$5_000$", "Forget error, train → retrained"]  # two digits before the point
    assert (third["Original"], third["Blindspot"]) == ("11.50 ± 0.25", "9.25")
    assert (third["Retrained"], third["Floor"]) == ("not measured", "not measured")


def test_further_measures_follow_and_costs_stay_out():
    table = main_table(FRAME, LAYOUT)
    further = records(table)[4:]
    assert {r["Block"] for r in further} == {"Further measures"}
    assert [r["Measure"] for r in further[:2]] == ["Attack: own AUC", "a_plug_in"]
    assert (further[0]["Blindspot"], further[0]["Floor"]) == ("0.600", "<0.001")
    assert further[0]["Original"] == "not measured" and ABSENT in further[0]["Notes"]
    assert further[1]["Blindspot"] == "0.0002"
    for text in (as_markdown(table), as_latex(table)):
        assert "Seconds" not in text and "only_elsewhere" not in text and "nan" not in text


def test_markdown_layout():
    text = as_markdown(main_table(FRAME, LAYOUT))
    lines = text.splitlines()
    assert lines[0] == "# Unlearning & forgetting \\| 100 %"
    assert lines[2] == f"Toy_data ({EMBEDDED})"
    table = [line for line in lines if line.startswith("|")]
    assert all(line.replace("\\|", "").count("|") == 7 for line in table)
    assert [c.strip() for c in table[2].split("|")][1] == "&lt;= -0.85"
    assert [c.strip() for c in table[3].split("|")][1] == ""  # the group is named once
    assert "## Further measures" in lines
    assert (
        "absolute error (hours) on the training rows to forget (err_D_t^f ↑ in the paper)" in text
    )


def test_notes_are_numbered_and_said_once():
    table = main_table(FRAME, LAYOUT)
    assert len(set(table.notes)) == len(table.notes)
    text = as_markdown(table)
    assert f"{table.notes.index('capped') + 1}. capped" in text
    assert text.count("capped") == text.count("both ways") == 1
    assert table.rows[0].notes == ("capped",)  # of every number in the row: said at its label
    assert table.rows[0].cells[2].notes == ("one seed",)


def test_a_note_of_all_rows_needs_no_marks():
    one_seed = FRAME[FRAME["measure"] == "error_forget_train"].assign(note="one seed")
    layout = Layout("T", "D", LAYOUT.groups, LAYOUT.methods, ("error_forget_train",))
    table = main_table(one_seed, layout)
    assert table.numbered == ("All rows: one seed",)
    assert "<sup>" not in as_markdown(table)


def test_latex_is_balanced_and_escaped():
    text = as_latex(main_table(FRAME, LAYOUT))
    assert text.count(r"\begin{") == text.count(r"\end{")
    assert text.count(r"\toprule") == text.count(r"\bottomrule") == 2
    assert r"Unlearning \& forgetting \textbar{} 100 \%" in text and r"Toy\_data" in text
    assert r"\textless{}= -0.85" in text and r"\$5\_000\$" in text
    assert r"$\geq$ 1.320" in text and r"1.500 $\pm$ 0.100" in text
    rows = [line for line in text.splitlines() if line.startswith(" & ")]
    assert len(rows) == 4 * 4 + 4 * 4  # three methods and the floor, in eight rows
    assert not set("±≥≤→↑↓") & set(text)


def test_files_are_the_same_bytes_twice(tmp_path):
    write_table(FRAME, LAYOUT, tmp_path / "one")
    write_table(FRAME, LAYOUT, tmp_path / "two")
    write_table(FRAME.sample(frac=1, random_state=3), LAYOUT, tmp_path / "shuffled")
    for suffix in (".csv", ".md", ".tex"):
        one = (tmp_path / f"one{suffix}").read_bytes()
        assert one and one == (tmp_path / f"two{suffix}").read_bytes()
        if suffix != ".csv":  # the CSV is the frame itself, in its own order
            assert one == (tmp_path / f"shuffled{suffix}").read_bytes()


def test_csv_is_the_tidy_frame_divided_into_measures_and_costs(tmp_path):
    write_table(FRAME, LAYOUT, tmp_path / "t")
    write_costs(FRAME, LAYOUT, tmp_path / "t")
    measures, costs = read_tidy(tmp_path / "t.csv"), read_tidy(tmp_path / "t_costs.csv")
    assert set(costs["measure"]) == {"seconds"} and "seconds" not in set(measures["measure"])
    again = pd.concat([measures, costs])
    assert list(again.columns) == COLUMNS
    order = ["dataset", "forget_set", "method", "measure"]
    pd.testing.assert_frame_equal(
        again.sort_values(order, ignore_index=True), FRAME.sort_values(order, ignore_index=True)
    )


def test_costs_have_a_table_of_their_own(tmp_path):
    table = costs_table(FRAME, LAYOUT)
    assert [(r.group, r.label) for r in table.rows] == [
        ("<= -0.85", "Retrained"),
        ("<= -0.85", "Blindspot"),
    ]
    assert table.rows[1].cells[0].text == "12.5 ± 0.5"
    assert table.rows[1].cells[1].text == "not measured"
    assert not any("floor" in note for note in table.notes)
    write_costs(FRAME, LAYOUT, tmp_path / "t")
    assert VARIES in (tmp_path / "t_costs.md").read_text("utf-8")
    assert {p.name for p in tmp_path.iterdir()} == {"t_costs.csv", "t_costs.md", "t_costs.tex"}


def test_several_datasets_stand_one_under_the_other(tmp_path):
    """Forget sets of the same name are told apart by their dataset, in tables and in costs."""
    both = pd.concat([FRAME, FRAME.assign(dataset="e", mean="9.125")])
    groups = {("d", "low"): "D, low", ("e", "low"): "E, low"}
    layout = Layout("T", "D, E", groups, LAYOUT.methods, ("error_forget_train",))
    rows = [r for r in records(main_table(both, layout)) if not r["Block"]]
    assert [(r["Forget set"], r["Blindspot"]) for r in rows] == [
        ("D, low", "2.400"),
        ("E, low", "9.125"),
    ]
    assert {row.group for row in costs_table(both, layout).rows} == set(groups.values())


def test_empty_frame_still_says_so():
    table = main_table(FRAME[:0], LAYOUT)
    assert {r["Blindspot"] for r in records(table)} == {"not measured"}


@pytest.mark.parametrize(
    ("value", "decimals", "mean", "half"),
    [(0.0, 3, "0.000", "0.000"), (0.0002, 3, "0.0002", "<0.001"), (1.25, 1, "1.2", "1.2")],
)
def test_small_numbers_do_not_become_nothing(value, decimals, mean, half):
    assert (fixed(value, decimals), spread(value, decimals)) == (mean, half)


def test_numerals():
    assert [places([v]) for v in (0.1, 15.4, 152.0, 1520.0)] == [3, 2, 1, 0]
    assert read(">= 1.32") == (1.32, ">=") and read("not measured")[0] != read("not measured")[0]
