"""A table may ask for some of the measures: no other is taken, and nobody relearns in vain."""

import json
import re

import pytest

SHOWN = {"dataset": "demo_pairs", "forget_sets": ["score_0_2"]}
KEPT = ["errors", "wasserstein", "cost"]


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


def settings_of(project, rule, *arguments):
    """What the programs of a rule's jobs are told, by the job's first output."""
    done = project.snakemake("-n", "-p", "--quiet", "progress", *arguments)
    assert done.returncode == 0, done.stderr
    found = re.findall(rf"{rule}\.py .*?--settings (\S+) .*?--output (\S+)", done.stdout)
    return {
        output: json.loads((project.root / path).read_text(encoding="utf-8"))
        for path, output in found
    }


def test_a_table_takes_the_measures_that_it_names(asked):
    """One process measures a forget set for all tables: what some table asks for is measured."""
    (told,) = settings_of(asked, "measure", "--forceall").values()
    assert {"anamnesis", "membership", *KEPT} <= set(told["measures"])
    assert set(told["models"]) == {"original", "retrained", "finetune", "ssd"}

    def fewer(values):
        del values["experiments"]["demo"]["tables"]["table2"]

    asked.edit_params(fewer)
    (told,) = settings_of(asked, "measure", "--forceall").values()
    assert set(told["measures"]) == set(KEPT)
    assert not any("relearning" in sources for sources in told["models"].values())


def test_only_what_a_table_measures_so_relearns(asked):
    found = settings_of(asked, "unlearn", "--forceall")
    relearns = {path.split("/")[4]: told["relearning"] is not None for path, told in found.items()}
    assert relearns == {"finetune": True, "ssd": False}


def test_a_measure_that_does_not_exist_is_named(asked):
    def wrong(values):
        values["experiments"]["demo"]["tables"]["methods"]["measures"] = ["wassersteen"]

    asked.edit_params(wrong)
    done = asked.snakemake("-n")
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "tables.methods.measures" in said and "wasserstein" in said
