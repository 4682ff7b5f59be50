"""A whole experiment from outside: the source, family, network and measure of examples/rows."""

import csv

import pytest
from plug_ins import install
from projects import checked, outputs_of

ASKED = ("--configfile", "examples/rows/rows.yaml", "--config", "experiment=rows")
METHODS = ("finetune", "gaussian_amnesiac", "blindspot", "scrub", "cf_k", "ssd", "influence")


@pytest.fixture
def rows(project, tmp_path):
    """The project, with the package installed beside it; the package's folder."""
    site = tmp_path / "site"
    site.mkdir()
    install("rows", site)
    project.environment["PYTHONPATH"] = str(site)
    return project, site / "rows"


@pytest.mark.slow
def test_an_edit_of_its_network_reruns_what_uses_it(rows):
    project, package = rows
    listed = checked(project.snakemake("-n", "--quiet", "progress", *ASKED)).stdout
    for path in outputs_of(listed):
        (project.root / path).parent.mkdir(parents=True, exist_ok=True)
        (project.root / path).write_text("stands for an output\n", encoding="utf-8")
    checked(project.snakemake("--touch", "--forceall", *ASKED))
    assert project.jobs(*ASKED) == []
    network = package / "perceptron.py"
    network.write_text(network.read_text().replace("nn.ReLU()", "nn.GELU()"), encoding="utf-8")
    rules = {job.rule for job in project.jobs(*ASKED)}
    assert {"train_original", "train_retrained", "unlearn", "measure", "report"} <= rules
    assert not {"download", "prepare", "select_forget_set"} & rules
    network.write_text(network.read_text().replace("nn.GELU()", "nn.ReLU()"), encoding="utf-8")
    measure = package / "median_error.py"
    measure.write_text(measure.read_text().replace("np.median", "np.max"), encoding="utf-8")
    rules = {job.rule for job in project.jobs(*ASKED)}
    assert "measure" in rules and not {"train_original", "unlearn", "observe"} & rules


@pytest.mark.slow
def test_from_its_table_of_rows_to_ours(rows):
    project, _ = rows
    checked(project.snakemake(*ASKED))
    with (project.root / "results/rows/table.csv").open(encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    shown = {"error_forget_train", "error_retain_test", "median_error", "tow"}
    for method in METHODS:
        for name in shown:
            cells = [
                float(one["mean"])
                for one in found
                if (one["method"], one["quantity"]) == (method, name)
            ]
            assert len(cells) == 2, (method, name)  # a forget set each
    table = (project.root / "results/rows/table.md").read_text(encoding="utf-8")
    assert "| Median error, forget rows → retrained " in table
    assert "median absolute error on the forgotten rows" in table
    assert (project.root / "results/rows/differences.png").stat().st_size
