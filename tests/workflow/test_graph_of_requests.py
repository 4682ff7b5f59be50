"""Requests one after the other in the graph: what starts from what, and what a change reruns."""

import re

import pytest
from projects import Job, slow

from regression_unlearning.pipeline import plan
from regression_unlearning.pipeline.grid import Grid
from regression_unlearning.settings.document import load_settings

SETS = ("digit_1", "digit_2", "digit_3")
TABLE = {"dataset": "demo_images", "forget_sets": ["digit_1"], "methods": ["blindspot"]}


def requests_alone(values):
    """Three requests by one method, a table about the first; one seed."""
    demo = values["experiments"]["demo"]
    demo["seeds"] = [0]
    demo["tables"] = {"table1": {"title": "T", **TABLE}}
    figure = {"title": "F", **TABLE, "forget_sets": list(SETS), "kind": "requests"}
    demo["figures"] = {"figure7": figure}
    values["experiments"] = {"demo": demo}


@pytest.fixture(scope="module")
def _asked(_source, tmp_path_factory):
    asked = _source.copy(tmp_path_factory.mktemp("asked"))
    asked.edit_params(requests_alone)
    asked.pretend()
    return asked


@pytest.fixture
def asked(_asked, tmp_path):
    """Requests with every output in place."""
    return _asked.copy(tmp_path / "asked")


def unlearned(name):
    return f"checkpoints/unlearned/demo_images/{name}/blindspot/seed_0.safetensors"


def made(jobs, rule):
    """Forget sets of the jobs of one rule."""
    outputs = [job.output for job in jobs if job.rule == rule]
    return {re.search(r"/(digit_\d)[/.]", output)[1] for output in outputs}


@pytest.mark.slow
def test_each_request_starts_from_the_model_before_it_and_its_parts_know_those(asked):
    done = asked.snakemake("-n", "-p", "--quiet", "progress", "--forceall")
    starts = dict(
        re.findall(r"--identity demo_images (\w+) blindspot .*?--original (\S+)", done.stdout)
    )
    assert starts == {
        "digit_1": "checkpoints/original/demo_images/seed_0.safetensors",
        "digit_2": unlearned("digit_1"),
        "digit_3": unlearned("digit_2"),
    }
    found = re.findall(r"--name (\w+) (?:--after (\S+) )?", done.stdout)
    folder = "data/prepared/demo_images/forget_sets"
    assert dict(found) == {
        "digit_1": "",
        "digit_2": f"{folder}/digit_1.npz",
        "digit_3": f"{folder}/digit_2.npz",
    }


def test_only_models_of_a_table_relearn(asked):
    grid = Grid(load_settings(asked.root / "params.yaml"))
    for job in (plan.observing, plan.unlearning):
        told = {name: job(grid.settings, "demo_images", name, "blindspot") for name in SETS}
        assert {name for name, one in told.items() if one["relearning"]} == {"digit_1"}
    measured = {name: set(grid.measured_in("demo_images", name)) for name in SETS}
    assert measured["digit_3"] == {"errors", "membership"} < measured["digit_1"]


@pytest.mark.parametrize(("number", "name"), [(1, SETS[1]), *slow([(0, SETS[0]), (2, SETS[2])])])
def test_a_change_reaches_the_requests_after_it(asked, number, name):
    """The band of one request reruns its own models and those of later requests, no earlier one."""

    def change(values):
        chosen = values["datasets"]["demo_images"]["forget_sets"][name]
        chosen["up_to"] = chosen["up_to"] + 0.5

    asked.edit_params(change)
    jobs, later = asked.jobs(), set(SETS[number:])
    rules = ("select_forget_set", "train_retrained", "train_blindspot", "unlearn", "observe")
    for rule in rules:
        assert made(jobs, rule) == later, rule
    assert not [job for job in jobs if job.rule in ("train_original", "prepare")]


@pytest.mark.slow
def test_a_last_request_alone_asks_for_the_models_before_it(asked):
    def last_alone(values):
        demo = values["experiments"]["demo"]
        demo["tables"]["table1"]["forget_sets"] = ["digit_3"]
        demo["figures"] = {}
        values["datasets"]["demo_images"]["methods"]["blindspot"]["lambda"] = 7

    asked.edit_params(last_alone)
    jobs = asked.jobs("--nolock")
    assert made(jobs, "unlearn") == set(SETS)
    assert [job.output for job in jobs if job.rule == "measure"] == [
        "measures/demo/demo_images/digit_3.csv"
    ]


def test_a_setting_of_one_dataset_s_measure_reruns_measuring_alone(asked):
    """Of the measures only that one is taken again: see the tests of `evaluation.measuring`."""

    def change(values):
        values["datasets"]["demo_images"]["measures"] = {"membership": {"rows": 50}}

    asked.edit_params(change)
    found = [
        job for job in asked.jobs() if job.rule not in ("all_tables", "values", "report", "metrics")
    ]
    assert Job("table", "results/demo/table1.csv") in found
    assert Job("figure", "results/demo/figure7.png") in found
    assert {job.rule for job in found} == {"measure", "table", "figure"}
