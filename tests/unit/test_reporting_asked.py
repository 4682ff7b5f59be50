"""Tables say what is counted, and show no measure that nobody asked for."""

import copy
import csv
import io

import pytest
from made_summaries import WORDS
from plain_settings import PLAIN

from regression_unlearning.evaluation.values import Value
from regression_unlearning.pipeline import layouts
from regression_unlearning.pipeline.grid import Grid
from regression_unlearning.reporting.remarks import UNTUNED, bars, remarks
from regression_unlearning.reporting.results import layout_of
from regression_unlearning.reporting.tabling import Tabling
from regression_unlearning.settings.document import check

MEASURES = {
    name: {}
    for name in (
        "errors",
        "membership",
        "wasserstein",
        "representation",
        "tow",
        "cost",
        "anamnesis",
    )
}
MODELS = ("original", "retrained", "finetune", "norm")
#: All was measured: another table asks for it.
FOUND = [
    Value("pairs", "low", name, key, seed, None, 0.5 + seed / 10 + number**seed / 20)
    for number, name in enumerate(MODELS)
    for key in WORDS
    for seed in (0, 1)
]


def settings_with(kind, *measures):
    values = copy.deepcopy(PLAIN)
    values["measures"] = MEASURES
    tables = values["experiments"]["tiny"]["tables"]
    tables["t"] |= {"kind": kind, "measures": list(measures), "methods": ["finetune", "norm"]}
    tables["other"] = {**tables["t"], "measures": None}
    return check(values)


def made_with(kind, *measures):
    """A table as the workflow makes it."""
    settings = settings_with(kind, *measures)
    return Tabling(FOUND, layouts.layout_settings(settings, settings.chosen.tables["t"], {}))


def quantities_in(text):
    """Quantities of a file of numbers."""
    return {row["quantity"] for row in csv.DictReader(io.StringIO(text))}


def titles(*measures):
    """Titles and meanings of measures' quantities."""
    words = layout_of({
        "title": "", "datasets": [], "groups": [], "methods": [], "measures": list(measures)
    }).quantities  # fmt: skip
    return {one.title for one in words.values()}


@pytest.mark.parametrize("measures", [["errors"], ["tow"], ["errors", "tow"], ["wasserstein"]])
def test_the_paper_s_table_shows_what_is_asked_for(measures):
    made = made_with("measures", *measures)
    assert {row.label for row in made.table.rows} == titles(*measures)
    terms = {term.split(" →")[0] for term, _ in made.table.legend}
    assert terms & {one.title for one in WORDS.values()} == titles(*measures)
    assert made.table.blocks[0].title == ""
    files = made.files()
    assert quantities_in(files[".csv"]) == set(made.layout.quantities)
    for text in files.values():
        rows = quantities_in(text) if "quantity" in text.split("\n", 1)[0] else set()
        assert rows <= set(made.layout.quantities)


@pytest.mark.parametrize("measures", [["errors"], ["errors", "cost"], ["wasserstein", "tow"]])
def test_a_row_for_each_method_has_columns_for_what_is_asked_for(measures):
    made = made_with("methods", *measures)
    columns = {one.split(" →")[0] for one in made.table.columns[2:]}
    every = {one.split(" →")[0] for one in made_with("methods", *MEASURES).table.columns[2:]}
    assert columns == every & titles(*measures) and columns < every
    terms = {term.split(" →")[0] for term, _ in made.table.legend}
    assert terms & {one.title for one in WORDS.values()} == columns
    assert ("Measured" in terms) == ("cost" in measures)
    assert set(getattr(made.ranks, "measures", ())) <= set(made.layout.quantities)
    costs = {one.title for one in WORDS.values() if one.summary == "cost"}
    assert set(made.costs.columns[2:]) == (costs if "cost" in measures else set())


def test_nothing_is_said_of_a_distance_that_nobody_asked_for():
    made, whole = made_with("methods", "errors"), made_with("methods", *MEASURES)
    assert remarks(made.summaries, made.layout, made.compared)["finetune"] == (UNTUNED,)
    assert bars(made.summaries, made.layout, made.compared) == []
    assert len(bars(whole.summaries, whole.layout, whole.compared)) == 3


def test_the_report_lists_options_of_the_measures_that_are_shown():
    settings = settings_with("measures", "errors")
    told = Grid(settings).report_settings()
    assert set(told["params"]["measures"]) == set(MEASURES)  # of the other table
    alone = copy.deepcopy(PLAIN)
    alone["measures"] = MEASURES
    alone["experiments"]["tiny"]["tables"]["t"]["measures"] = ["errors"]
    told = Grid(check(alone)).report_settings()
    assert set(told["params"]["measures"]) == {"errors"}


def requests(*names):
    """Titles of a table of some forget sets, of which two come after another."""
    values = copy.deepcopy(PLAIN)
    forget_sets = values["datasets"]["pairs"]["forget_sets"]
    forget_sets["low"] = {"title": "Ages 0-1", "select": "band", "from": 0, "below": 1}
    forget_sets["then"] = {"title": "Ages 1-2", "select": "band", "from": 1, "below": 2,
                           "after": "low"}  # fmt: skip
    forget_sets["last"] = {"title": "Ages 2-3", "select": "band", "from": 2, "below": 3,
                           "after": "then"}  # fmt: skip
    values["experiments"]["tiny"]["tables"]["t"]["forget_sets"] = list(names)
    settings = check(values)
    return [
        one[2]
        for one in layouts.layout_settings(settings, settings.chosen.tables["t"], {})["groups"]
    ]


def test_a_row_after_several_requests_names_them_all():
    assert requests("low", "then", "last") == [
        "Request 1: Ages 0-1",
        "Requests 1-2: Ages 0-1, Ages 1-2",
        "Requests 1-3: Ages 0-1, Ages 1-2, Ages 2-3",
    ]
    assert requests("low") == ["Ages 0-1"]
    assert requests("last") == ["Requests 1-3: Ages 0-1, Ages 1-2, Ages 2-3"]
