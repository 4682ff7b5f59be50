"""The experiment on embedded rows, from the table to every method's cells."""

import csv

import pytest
from projects import checked

ASKED = ("--config", "experiment=demo_rows")


@pytest.mark.slow
def test_from_a_table_of_rows_to_a_table_of_methods(project):
    checked(project.snakemake(*ASKED))
    with (project.root / "results/demo_rows/methods.csv").open(encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    for method in ("finetune", "influence", "sure"):
        for name in ("error_forget_train", "error_retain_test", "tow"):
            cells = [
                float(one["mean"])
                for one in found
                if (one["method"], one["quantity"]) == (method, name)
            ]
            assert len(cells) == 2, (method, name)  # a forget set each
    prepared = project.root / "data/prepared/demo_rows"
    assert (prepared / "columns.json").read_text(encoding="utf-8").count('"column"') == 10
    assert project.jobs(*ASKED) == []
