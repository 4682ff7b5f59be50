"""A table may ask for some of the measures: no other is taken, and nobody relearns in vain."""

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


def test_a_table_takes_the_measures_that_it_names(asked):
    taken = {
        job.output.split("/", 3)[3] for job in asked.jobs("--forceall") if job.rule == "measure"
    }
    of_ssd = {path for path in taken if path.startswith("ssd/")}
    assert of_ssd == {f"ssd/{name}.csv" for name in KEPT}
    assert {"finetune/anamnesis.csv", "finetune/membership.csv"} <= taken


def test_only_what_a_table_measures_so_relearns(asked):
    done = asked.snakemake("-n", "-p", "--quiet", "progress", "--forceall")
    found = re.findall(
        r"--checkpoint checkpoints/\w+/demo_pairs/score_0_2/(\w+)/\S+ .*?--settings '(.*?)'",
        done.stdout,
    )
    relearns = {name: '"relearning": {' in text for name, text in found}
    assert relearns == {"finetune": True, "ssd": False}


def test_a_measure_that_does_not_exist_is_named(asked):
    def wrong(values):
        values["experiments"]["demo"]["tables"]["methods"]["measures"] = ["wassersteen"]

    asked.edit_params(wrong)
    done = asked.snakemake("-n")
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "tables.methods.measures" in said and "wasserstein" in said
