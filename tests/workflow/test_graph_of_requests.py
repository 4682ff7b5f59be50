"""Requests one after the other in the graph: what starts from what, and what a change reruns."""

import re

import pytest
from projects import Job

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


def test_each_request_starts_from_the_model_before_it(asked):
    done = asked.snakemake("-n", "-p", "--quiet", "progress", "--forcerun", "unlearn")
    starts = dict(
        re.findall(r"--identity demo_images (\w+) blindspot .*?--original (\S+)", done.stdout)
    )
    assert starts == {
        "digit_1": "checkpoints/original/demo_images/seed_0.safetensors",
        "digit_2": unlearned("digit_1"),
        "digit_3": unlearned("digit_2"),
    }


def test_the_parts_of_a_request_know_those_before(asked):
    done = asked.snakemake("-n", "-p", "--quiet", "progress", "--forcerun", "select_forget_set")
    found = re.findall(r"--name (\w+) (?:--after (\S+) )?", done.stdout)
    folder = "data/prepared/demo_images/forget_sets"
    assert dict(found) == {
        "digit_1": "",
        "digit_2": f"{folder}/digit_1.npz",
        "digit_3": f"{folder}/digit_2.npz",
    }


def test_only_models_of_a_table_relearn(asked):
    done = asked.snakemake("-n", "-p", "--quiet", "progress", "--forcerun", "observe")
    found = re.findall(r"--identity demo_images (\w+) --checkpoint .*?--settings '(.*?)'",
                       done.stdout)  # fmt: skip
    relearns = {name for name, text in found if '"relearning": {' in text}
    assert relearns == {"digit_1"} and {name for name, _ in found} == set(SETS)
    measured = {(job.rule, job.output) for job in asked.jobs("--forceall") if job.rule == "measure"}
    of_last = {path.split("/")[-1] for _, path in measured if "/digit_3/" in path}
    assert of_last == {"errors.csv", "membership.csv"}


@pytest.mark.parametrize(("number", "name"), list(enumerate(SETS)))
def test_a_change_reaches_the_requests_after_it(asked, number, name):
    """The band of one request reruns its own models and those of later requests, no earlier one."""

    def change(values):
        chosen = values["datasets"]["demo_images"]["forget_sets"][name]
        chosen["up_to"] = chosen["up_to"] + 0.5

    asked.edit_params(change)
    jobs, later = asked.jobs(), set(SETS[number:])
    rules = ("select_forget_set", "train_retrained", "train_blindspot", "unlearn", "observe")
    for rule in (*rules, "observe_original"):
        assert made(jobs, rule) == later, rule
    assert not [job for job in jobs if job.rule in ("train_original", "prepare")]


def test_a_last_request_alone_asks_for_the_models_before_it(asked):
    def last_alone(values):
        demo = values["experiments"]["demo"]
        demo["tables"]["table1"]["forget_sets"] = ["digit_3"]
        demo["figures"] = {}
        values["datasets"]["demo_images"]["methods"]["blindspot"]["lambda"] = 7

    asked.edit_params(last_alone)
    jobs = asked.jobs("--nolock", "all_unlearned")
    assert made(jobs, "unlearn") == set(SETS)
    assert made(asked.jobs("--nolock", "all_observed"), "observe") == {"digit_3"}


def test_a_setting_of_one_dataset_s_measure_reruns_that_measure(asked):
    def change(values):
        values["datasets"]["demo_images"]["measures"] = {"membership": {"rows": 50}}

    asked.edit_params(change)
    found = [job for job in asked.jobs() if job.rule not in ("all_tables", "report", "metrics")]
    measures = {job.output.split("/")[-1] for job in found if job.rule == "measure"}
    assert measures == {"membership.csv"}
    assert Job("table", "results/demo/table1.csv") in found
    assert Job("figure", "results/demo/figure7.png") in found
    assert {job.rule for job in found} == {"measure", "table", "figure"}
