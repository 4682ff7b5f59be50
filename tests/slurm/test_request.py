"""Deletion requests by `snakemake --profile slurm` on a real SLURM."""

import json

import pytest
import sandbox
from test_slurm import COMMAND, the_jobs, with_gpus
from tiny_project import copy_project, run

WHY_NOT = sandbox.missing()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT)),
]
LETTER = """\
id: {name}
date: 2026-11-27
dataset: demo_pairs
method: finetune
forget: {{select: ids, ids: [{name_of_row}]}}
thresholds: {{error_rise: 9, auc: 0.99}}
"""


def test_requests_ask_for_a_gpu_and_wait_for_each_other(tmp_path):
    """Two at once: both are answered, one after the other, on the partition of the GPUs."""
    project = copy_project(tmp_path / "project", with_gpus)
    folder = project / "requests"
    folder.mkdir()
    for name, row in (("one", "train-00001"), ("two", "train-00002")):
        (folder / f"{name}.yaml").write_text(LETTER.format(name=name, name_of_row=row))
    with sandbox.Sandbox(tmp_path / "sandbox") as slurm:
        run(f"{COMMAND} requests/one/audit.html requests/two/audit.html", project)
        jobs = [job for job in the_jobs(slurm).values() if "forget" in job["comment"]]
    assert len(jobs) == 2
    for job in jobs:
        assert (job["state"], job["partition"]) == ("COMPLETED", "gpu"), job
        assert "gpu" in job["gpus"], job
    lines = [json.loads(line) for line in (folder / "ledger.jsonl").read_text().splitlines()]
    assert {line["id"] for line in lines} == {"one", "two"}
    assert lines[1]["start"] == lines[0]["files"]["model.safetensors"]
