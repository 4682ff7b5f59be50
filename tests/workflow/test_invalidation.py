"""What a change reruns: exactly what depends on it."""

import os
import time
from itertools import product

import pytest
from projects import Job
from tiny_project import MEASURES

FORGET_SETS = ("score_0_2", "random_1000", "year_2015")
METHODS = ("finetune", "gaussian_amnesiac", "reg_amnesiac", "blindspot", "blindspot_norm")
SEEDS = range(2)
#: Every change reaches these.
REPORTED = {
    Job("table", "results/paper/table2.csv"),
    Job("figure", "results/paper/figure4.png"),
    Job("report", "results/paper/report.html"),
    Job("metrics", "results/paper/metrics.json"),
    Job("all_tables", "all_tables"),
}


def originals(seeds):
    return {Job("train_original", f"checkpoints/original/stsb/seed_{s}.safetensors") for s in seeds}


def retrained(forget_sets, seeds):
    return {
        Job("train_retrained", f"checkpoints/retrained/stsb/{f}/seed_{s}.safetensors")
        for f, s in product(forget_sets, seeds)
    }


def blindspots(forget_sets, seeds):
    return {
        Job("train_blindspot", f"checkpoints/blindspot/stsb/{f}/seed_{s}.safetensors")
        for f, s in product(forget_sets, seeds)
    }


def unlearned(forget_sets, methods, seeds):
    return {
        Job("unlearn", f"checkpoints/unlearned/stsb/{f}/{m}/seed_{s}.safetensors")
        for f, m, s in product(forget_sets, methods, seeds)
    }


def observed(forget_sets, labels, seeds):
    return {
        Job(
            "observe_original" if m == "original" else "observe",
            f"observations/stsb/{f}/{m}/seed_{s}.npz",
        )
        for f, m, s in product(forget_sets, labels, seeds)
    }


def measured(project, forget_sets, labels):
    """Measures that the workflow itself lists for these columns: some skip a reference."""
    return {
        Job("measure", f"measures/stsb/{f}/{m}/{measure}.csv")
        for f, m, measure in product(forget_sets, labels, MEASURES)
        if (project.root / f"measures/stsb/{f}/{m}/{measure}.csv").exists()
    }


def of_methods(project, methods, forget_sets=FORGET_SETS):
    """All that comes after a method, with the method's own jobs."""
    return (
        unlearned(forget_sets, methods, SEEDS)
        | observed(forget_sets, methods, SEEDS)
        | measured(project, forget_sets, methods)
        | REPORTED
    )


def append(project, path, text="\n# a comment\n"):
    with (project.root / path).open("a", encoding="utf-8") as file:
        file.write(text)


def same(found, expected):
    found, expected = list(found), set(expected)
    assert len(found) == len(set(found))
    assert set(found) - expected == set(), "ran without need"
    assert expected - set(found) == set(), "was not rerun"


def test_every_measure_of_every_method_is_in_the_grid(built):
    assert len(measured(built, FORGET_SETS, METHODS)) == 3 * 5 * len(MEASURES)


def test_nothing_to_do(built):
    same(built.jobs(), [])


def test_touching_every_file_reruns_nothing(built):
    later = time.time() + 60
    for number, path in enumerate(sorted(built.root.rglob("*"))):
        if path.is_file() and ".snakemake" not in path.parts:
            os.utime(path, (later + number % 7, later + number % 7))
    same(built.jobs(), [])


@pytest.mark.parametrize("method", ["finetune", "gaussian_amnesiac", "blindspot_norm"])
def test_learning_rate_of_a_method(built, method):
    def change(values):
        values["datasets"]["stsb"]["methods"][method]["learning_rate"] = 0.002

    built.edit_params(change)
    same(built.jobs(), of_methods(built, [method]))


@pytest.mark.parametrize(
    ("source", "labels"),
    [("reg_amnesiac", ["reg_amnesiac"]), ("blindspot", ["blindspot", "blindspot_norm"])],
)
def test_source_file_of_a_method(built, source, labels):
    append(built, f"regression_unlearning/methods/{source}.py")
    same(built.jobs(), of_methods(built, labels))


def test_source_file_of_a_measure(built):
    append(built, "regression_unlearning/evaluation/wasserstein.py")
    labels = ["original", "retrained", *METHODS]
    wasserstein = {
        job
        for job in measured(built, FORGET_SETS, labels)
        if job.output.endswith("wasserstein.csv")
    }
    assert wasserstein
    same(built.jobs(), wasserstein | (REPORTED - {Job("figure", "results/paper/figure4.png")}))


def test_a_new_seed_trains_that_seed_only(built):
    built.edit_params(lambda values: values["experiments"]["paper"]["seeds"].append(2))
    labels = ["original", "retrained", *METHODS]
    same(
        built.jobs(),
        originals([2])
        | retrained(FORGET_SETS, [2])
        | blindspots(FORGET_SETS, [2])
        | unlearned(FORGET_SETS, METHODS, [2])
        | observed(FORGET_SETS, labels, [2])
        | measured(built, FORGET_SETS, labels)
        | REPORTED,
    )


def test_a_seed_less_trains_nothing(built):
    built.edit_params(lambda values: values["experiments"]["paper"]["seeds"].pop())
    labels = ["original", "retrained", *METHODS]
    same(built.jobs(), measured(built, FORGET_SETS, labels) | REPORTED)


def test_band_of_a_forget_set(built):
    def change(values):
        values["datasets"]["stsb"]["forget_sets"]["score_0_2"]["below"] = 1.5

    built.edit_params(change)
    touched, labels = ["score_0_2"], ["original", "retrained", *METHODS]
    same(
        built.jobs(),
        {Job("select_forget_set", "data/prepared/stsb/forget_sets/score_0_2.npz")}
        | retrained(touched, SEEDS)
        | blindspots(touched, SEEDS)
        | unlearned(touched, METHODS, SEEDS)
        | observed(touched, labels, SEEDS)
        | measured(built, touched, labels)
        | REPORTED,
    )


def test_a_forget_set_less_hides_no_other_change(built):
    """The jobs of the others are judged by themselves, in the same call."""

    def change(values):
        values["datasets"]["stsb"]["methods"]["finetune"]["learning_rate"] = 0.0005
        paper = values["experiments"]["paper"]
        for layout in (*paper["tables"].values(), *paper["figures"].values()):
            layout["forget_sets"] = FORGET_SETS[1:]

    built.edit_params(change)
    same(built.jobs(), of_methods(built, ["finetune"], FORGET_SETS[1:]))


def test_learning_rate_of_the_blindspot_helper(built):
    def change(values):
        values["datasets"]["stsb"]["blindspot"]["learning_rate"] = 0.02

    built.edit_params(change)
    same(
        built.jobs(),
        blindspots(FORGET_SETS, SEEDS) | of_methods(built, ["blindspot", "blindspot_norm"]),
    )


@pytest.mark.parametrize(
    "path", ["README.md", "regression_unlearning/data/sources/demo_pairs.py", "params.yaml"]
)
def test_a_comment_elsewhere_reruns_nothing(built, path):
    append(built, path)
    same(built.jobs(), [])


def test_titles_reach_the_report_only(built):
    def change(values):
        values["datasets"]["stsb"]["methods"]["finetune"]["title"] = "Fine-tuning"

    built.edit_params(change)
    same(built.jobs(), REPORTED)


def test_another_experiment_is_not_disturbed(built):
    assert built.jobs("--config", "experiment=demo")
    same(built.jobs(), [])


def test_a_lost_result_alone_is_made_again(built):
    (built.root / "results/paper/figure4.pdf").unlink()
    of_tables = {
        Job("table", "results/paper/table2.csv"),
        Job("metrics", "results/paper/metrics.json"),
    }
    same(built.jobs(), REPORTED - of_tables)
