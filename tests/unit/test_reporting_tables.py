"""Tables as Markdown and LaTeX beside the tidy CSV: structure, notes, escaping, same bytes."""

from dataclasses import replace

import pytest
from made_summaries import (
    NOT_MEASURABLE,
    NOT_MEASURED,
    WORDS,
    at_least,
    at_most,
    cell,
    number,
)

from regression_unlearning.reporting.comparing import BETTER, SAME, UNTOLD, Comparison
from regression_unlearning.reporting.costs import VARIES, costs_table
from regression_unlearning.reporting.layout import EMBEDDED, Layout
from regression_unlearning.reporting.numerals import (
    decimals_for,
    fixed,
    plain,
    short,
    shown,
    spread,
    with_interval,
)
from regression_unlearning.reporting.results import layout_of
from regression_unlearning.reporting.tables import ABSENT, main_table
from regression_unlearning.reporting.writing import as_latex, as_markdown

LAYOUT = Layout(
    title="Unlearning & forgetting | 100 %",
    dataset_title="Toy_data",
    groups={("d", "low"): "<= -0.85", ("d", "high"): "$5_000$"},
    methods={"original": "Original", "retrained": "Retrained", "blindspot": "Blindspot"},
    measures=("error_forget_train", "anamnesis"),
    error="absolute error (hours)",
    embedded=True,
    quantities=WORDS,
)


FOUND = {
    key: cell(*numbers, **more)
    for key, numbers, more in (
        (
            ("d", "low", "original", "error_forget_train"),
            (1.5, 1.4, 1.6, 0.05),
            {"paper": "1.40", "note": "capped"},
        ),
        (
            ("d", "low", "retrained", "error_forget_train"),
            (2.5, 2.3, 2.7, 0.05),
            {"paper": "2.75", "note": "capped"},
        ),
        (
            ("d", "low", "blindspot", "error_forget_train"),
            (2.4, None, None, 0.05),
            {"note": "one seed; capped"},
        ),
        (("d", "low", "retrained", "anamnesis"), (0.04,), {"floor": 0.04}),
        (
            ("d", "low", "blindspot", "anamnesis"),
            (at_least(1.32),),
            {"floor": 0.04, "note": "2 of 3 seeds censored"},
        ),
        (("d", "high", "original", "error_forget_train"), (11.5, 11.25, 11.75), {}),
        (
            ("d", "high", "retrained", "error_forget_train"),
            (NOT_MEASURED,),
            {"note": "diverged"},
        ),
        (("d", "high", "blindspot", "error_forget_train"), (9.25,), {"note": "one seed"}),
        (("d", "high", "blindspot", "anamnesis"), (NOT_MEASURABLE,), {"note": "both ways"}),
        (("d", "low", "blindspot", "a_plug_in"), (0.0002,), {}),
        (("d", "low", "blindspot", "attack_auc"), (0.6,), {"floor": 0.00001}),
        (("d", "low", "blindspot", "seconds"), (12.5, 12.0, 13.0), {"floor": 3.0}),
        (
            ("d", "low", "retrained", "seconds"),
            (125.0,),
            {"note": "one seed"},
        ),
        (("other", "low", "blindspot", "only_elsewhere"), (1.0,), {}),
    )
}


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
    rows = {(r["Forget set"], r["Measure"]): r for r in records(main_table(FOUND, LAYOUT))}
    first = rows["<= -0.85", "Forget error, train → retrained"]
    assert first["Original"] == "1.500 [1.400, 1.600] (paper 1.40)"
    assert first["Retrained"] == "2.500 [2.300, 2.700] (paper 2.75)"
    assert first["Blindspot"] == "2.400"
    assert (first["Floor"], first["Notes"]) == ("0.050", {"capped", "one seed"})
    second = rows["<= -0.85", "Anamnesis index → 1"]
    assert (second["Original"], second["Blindspot"]) == ("—", "≥ 1.320")
    assert second["Floor"] == "0.040"  # the frame's own: how far retrained models' index is from 1
    third = rows["$5_000$", "Forget error, train → retrained"]  # two digits before the point
    assert (third["Original"], third["Blindspot"]) == ("11.50 [11.25, 11.75]", "9.25")
    assert (third["Retrained"], third["Floor"]) == ("not measured", "—")


def test_further_measures_follow_and_costs_stay_out():
    table = main_table(FOUND, LAYOUT)
    further = records(table)[4:]
    assert {r["Block"] for r in further} == {"Further measures"}
    assert [r["Measure"] for r in further[:2]] == ["Attack: own AUC", "a_plug_in"]
    assert (further[0]["Blindspot"], further[0]["Floor"]) == ("0.600", "<0.001")
    assert further[0]["Original"] == "not measured" and ABSENT in further[0]["Notes"]
    assert further[1]["Blindspot"] == "0.0002"
    for text in (as_markdown(table), as_latex(table)):
        assert "Seconds" not in text and "only_elsewhere" not in text and "nan" not in text


def test_markdown_layout():
    text = as_markdown(main_table(FOUND, LAYOUT))
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
    table = main_table(FOUND, LAYOUT)
    assert len(set(table.notes)) == len(table.notes)
    text = as_markdown(table)
    assert f"{table.notes.index('capped') + 1}. capped" in text
    assert text.count("capped") == text.count("both ways") == 1
    assert table.rows[0].notes == ("capped",)  # of every number in the row: said at its label
    assert table.rows[0].cells[2].notes == ("one seed",)


def test_a_note_of_all_rows_needs_no_marks():
    one_seed = {
        key: replace(one, notes=("one seed",))
        for key, one in FOUND.items()
        if key[3] == "error_forget_train"
    }
    layout = Layout(
        "T", "D", LAYOUT.groups, LAYOUT.methods, ("error_forget_train",), quantities=WORDS
    )
    table = main_table(one_seed, layout)
    assert table.numbered == ("All rows: one seed",)
    assert "<sup>" not in as_markdown(table)


def test_latex_is_balanced_and_escaped():
    text = as_latex(main_table(FOUND, LAYOUT))
    assert text.count(r"\begin{") == text.count(r"\end{")
    assert text.count(r"\toprule") == text.count(r"\bottomrule") == 2
    assert r"Unlearning \& forgetting \textbar{} 100 \%" in text and r"Toy\_data" in text
    assert r"\textless{}= -0.85" in text and r"\$5\_000\$" in text
    assert r"$\geq$ 1.320" in text and "1.500 [1.400, 1.600]" in text
    rows = [line for line in text.splitlines() if line.startswith(" & ")]
    assert len(rows) == 4 * 4 + 4 * 4  # three methods and the floor, in eight rows
    assert not set("▲▼≈≥≤→↑↓") & set(text)


def test_the_order_of_the_summaries_does_not_matter():
    table, other = (main_table(one, LAYOUT) for one in (FOUND, dict(reversed(FOUND.items()))))
    assert as_markdown(table) == as_markdown(other) and as_latex(table) == as_latex(other)


def test_verdicts_stand_in_the_cells_they_are_of():
    compared = {
        ("d", "low", method, "original", "error_forget_train"): Comparison(0.1, verdict=verdict)
        for method, verdict in (("blindspot", BETTER), ("retrained", SAME))
    }
    high = ("d", "high", "blindspot", "original", "error_forget_train")
    table = main_table(FOUND, LAYOUT, compared | {high: Comparison(0.1, verdict=UNTOLD)})
    rows = {(r["Forget set"], r["Measure"]): r for r in records(table)}
    first = rows["<= -0.85", "Forget error, train → retrained"]
    assert first["Blindspot"].startswith("2.400 ▲") and first["Original"].startswith("1.500 [")
    assert "≈" in first["Retrained"]
    assert rows["$5_000$", "Forget error, train → retrained"]["Blindspot"] == "9.25 ?"
    assert "▲ ▼ ≈ ?" in dict(table.legend) and "▲ ▼ ≈ ?" not in dict(
        main_table(FOUND, LAYOUT).legend
    )
    assert r"$\blacktriangle$" in as_latex(table)
    few = main_table(FOUND, LAYOUT, {high: Comparison(seeds=2)})
    assert "it takes 3 seeds" in dict(few.legend)["Verdicts"] and "?" not in as_latex(few)


def test_costs_have_a_table_of_their_own():
    table = costs_table(FOUND, LAYOUT)
    assert [(r.group, r.label) for r in table.rows] == [
        ("<= -0.85", "Retrained"),
        ("<= -0.85", "Blindspot"),
    ]
    assert table.rows[1].cells[0].text == "12.5 [12.0, 13.0]"
    assert table.rows[1].cells[1].text == "not measured"
    assert VARIES in as_markdown(table)


def test_several_datasets_stand_one_under_the_other():
    """Forget sets of the same name are told apart by their dataset, in tables and in costs."""
    same = {("e", *k[1:]): replace(one, mean=number(9.125)) for k, one in FOUND.items()}
    both = FOUND | same
    groups = {("d", "low"): "D, low", ("e", "low"): "E, low"}
    layout = Layout("T", "D, E", groups, LAYOUT.methods, ("error_forget_train",), quantities=WORDS)
    rows = [r for r in records(main_table(both, layout)) if not r["Block"]]
    assert [(r["Forget set"], r["Blindspot"]) for r in rows] == [
        ("D, low", "2.400"),
        ("E, low", "9.125"),
    ]
    assert {row.group for row in costs_table(both, layout).rows} == set(groups.values())


def test_without_summaries_it_still_says_so():
    table = main_table({}, LAYOUT)
    assert {r["Blindspot"] for r in records(table)} == {"not measured"}


@pytest.mark.parametrize(
    ("value", "decimals", "mean", "half"),
    [(0.0, 3, "0.000", "0.000"), (0.0002, 3, "0.0002", "<0.001"), (1.25, 1, "1.2", "1.2")],
)
def test_small_numbers_do_not_become_nothing(value, decimals, mean, half):
    assert (fixed(value, decimals), spread(value, decimals)) == (mean, half)


def test_numbers_in_figures_are_short():
    values = (0.012345, -0.5, 45.678, 999.6, 1234.5, -98765.0, 2.5e6)
    assert [short(value) for value in values] == [
        "0.0123", "−0.5", "45.7", "1,000", "1,234", "−98,765", "2.5e+06",
    ]  # fmt: skip


def test_numerals():
    assert [decimals_for([number(v)]) for v in (0.1, 15.4, 152.0, 1520.0)] == [3, 2, 1, 0]
    assert decimals_for([at_least(15.4), NOT_MEASURED, number(-0.1)]) == 2 and decimals_for([]) == 3
    shown_as = [shown(one, 3) for one in (number(1 / 3), at_least(1.32), at_most(2), NOT_MEASURED)]
    assert shown_as == ["0.333", "≥ 1.320", "≤ 2.000", "not measured"]
    assert [plain(one) for one in (number(1 / 3), at_least(4 / 3), NOT_MEASURABLE)] == [
        "0.333333",
        ">= 1.333",
        "not measurable",
    ]


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(9e-206, 3, "9.0e-206"), (-1.3e206, 0, "-1.3e+206"), (4.2e-9, 3, "0.0000000042"),
     (322604.4, 0, "322604"), (0.0, 3, "0.000")],
)  # fmt: skip
def test_a_number_takes_few_signs(value, decimals, text):
    assert fixed(value, decimals) == text


@pytest.mark.parametrize(
    ("units", "said"), [({"years"}, " (years)"), ({"years", "dollars"}, ""), ({None}, "")]
)
def test_a_row_names_its_unit(units, said):
    loss = "cross_entropy" if None in units else "l1"
    data = [{"title": "D", "loss": loss, "unit": one, "embedded": False} for one in units]
    layout = layout_of({"title": "T", "datasets": data, "groups": [], "methods": []})
    assert layout.label("error_retain_test") == f"Retain error, test{said}"
    assert layout.label("row_distance_train") == f"Distance a row, train{said}"
    assert layout.label("anamnesis") == "Anamnesis index"
    low = {("d", "low", "original", "error_forget_train"): cell(1.5)}
    table = main_table(low, replace(LAYOUT, unit=layout.unit, error="error"))
    assert table.rows[0].label == f"Forget error, train{said}"


def test_a_number_is_rounded_to_six_digits_first_as_tables_have_always_been():
    """1.2344996 is 1.234 at once, and 1.23450 at six digits; either is right to half a digit."""
    assert shown(number(12.3449996), 2) == "12.35" != f"{12.3449996:.2f}"
    assert with_interval(cell(1.0, 0.9, 12.3449996), 2) == "1.00 [0.90, 12.35]"


def test_few_seeds_show_their_values():
    one = replace(cell(0.5), values=(0.25, 0.75))
    assert with_interval(one, 2) == "0.25, 0.75"
    assert with_interval(replace(one, values=(0.5,)), 2) == "0.50"
