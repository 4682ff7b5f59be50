"""A table may ask for some of the measures: no other is taken, and nobody relearns in vain."""

import pytest

from regression_unlearning.pipeline import plan
from regression_unlearning.pipeline.grid import Grid
from regression_unlearning.settings.document import load_settings

SHOWN = {"dataset": "demo_pairs", "forget_sets": ["score_0_2"]}
KEPT = ["errors", "wasserstein", "row_distance", "cost"]


def two_tables(values):
    """The paper's form with all measures; a row a method without relearning, and its picture."""
    demo = values["experiments"]["demo"]
    demo["seeds"] = [0]
    many = {"title": "M", **SHOWN, "methods": ["finetune", "ssd"]}
    demo["tables"] = {
        "table2": {"title": "T", **SHOWN, "methods": ["finetune"]},
        "methods": {**many, "kind": "methods", "measures": KEPT},
    }
    demo["figures"] = {"closeness": {**many, "kind": "closeness_and_cost"}}
    values["experiments"] = {"demo": demo}


@pytest.fixture
def asked(project):
    project.edit_params(two_tables)
    return project


def grid_of(project):
    """What the rules ask of the library."""
    return Grid(load_settings(project.root / "params.yaml"))


def test_a_table_takes_the_measures_that_it_names(asked):
    """One process measures a forget set for all tables: what some table asks for is measured."""
    told = grid_of(asked).measuring("demo_pairs", "score_0_2")
    assert {"anamnesis", "membership", *KEPT} <= set(told["measures"])
    assert set(told["models"]) == {"original", "retrained", "finetune", "ssd"}

    def fewer(values):
        del values["experiments"]["demo"]["tables"]["table2"]

    asked.edit_params(fewer)
    told = grid_of(asked).measuring("demo_pairs", "score_0_2")
    assert set(told["measures"]) == set(KEPT)
    assert not any("relearning" in sources for sources in told["models"].values())


def test_only_what_a_table_measures_so_relearns(asked):
    settings = grid_of(asked).settings
    relearns = {
        label: plan.unlearning(settings, "demo_pairs", "score_0_2", label)["relearning"] is not None
        for label in ("finetune", "ssd")
    }
    assert relearns == {"finetune": True, "ssd": False}


def test_a_measure_that_does_not_exist_is_named(asked):
    def wrong(values):
        values["experiments"]["demo"]["tables"]["methods"]["measures"] = ["wassersteen"]

    asked.edit_params(wrong)
    done = asked.snakemake("-n")
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "tables.methods.measures" in said and "wasserstein" in said
