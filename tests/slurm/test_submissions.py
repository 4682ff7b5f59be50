"""How many submissions the paper's experiment is, and how heavy its graph is."""

import re
import subprocess
import sys

from tiny_project import ROOT, environment


def local_rules():
    """Rules that stay on the machine that runs Snakemake."""
    found = set()
    for path in ROOT.glob("rules/*.smk"):
        for block in re.split(
            r"^(?:use )?rule ", path.read_text(encoding="utf-8"), flags=re.MULTILINE
        )[1:]:
            if "localrule: True" in block:
                found.add(re.match(r"\w+", block)[0])
    return found


#: Runs a command and says what it took. A process begins with the peak memory of the one that
#: starts it, so a small one does: a worker of many tests may hold more than is allowed here.
MEASURING = """
import os, subprocess, sys
running = subprocess.Popen(sys.argv[2:], stdout=open(sys.argv[1], "w"), stderr=subprocess.STDOUT)
_, status, usage = os.wait4(running.pid, 0)
print(status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 2**20)
"""


def measured(command, log):
    """What a command says, its processor time in seconds, and its memory in GiB."""
    said = subprocess.check_output(
        [sys.executable, "-c", MEASURING, log, *command.split()],
        cwd=ROOT,
        env=environment(ROOT),
        text=True,
    )
    status, seconds, peak = map(float, said.split())
    text = log.read_text(encoding="utf-8")
    assert status == 0, text
    return text, seconds, peak


def test_a_submission_for_each_training_and_for_each_forget_set_and_seed(tmp_path):
    """And no more, but for what prepares and measures: 36 groups and 110 others, when written."""
    _, start, _ = measured("snakemake --version", tmp_path / "log")
    command = "snakemake -n --profile slurm --config experiment=paper --quiet reason --forceall"
    text, seconds, peak = measured(command, tmp_path / "log")
    jobs = int(re.search(r"^total +(\d+)$", text, re.MULTILINE)[1])
    groups = len(re.findall(r"Group job \w+ ", text))
    names = re.findall(r"^(?:local)?rule (\w+):", text, re.MULTILINE)
    single = [name for name in names if name not in local_rules() and name != "all_tables"]
    assert len(names) + len(re.findall(r"^ +(?:local)?rule \w+:", text, re.MULTILINE)) == jobs
    trainings = [name for name in single if name.startswith("train_")]
    others = [name for name in single if name not in trainings]
    assert set(others) == {"prepare", "measure"}
    retrained = [name for name in trainings if name.startswith("train_retrained")]
    resources = re.findall(
        r"^ *rule (\w+):$.*?^ +resources: ([^\n]*)$", text, re.MULTILINE | re.DOTALL
    )
    networks = [asked for name, asked in resources if "_seed" in name]
    assert len(networks) >= len(trainings)
    assert all("slurm_partition=gpu, " in asked and " gpu=1," in asked for asked in networks)
    others = [asked for name, asked in resources if "_seed" not in name]
    assert others and not any("slurm_partition=gpu" in asked for asked in others)
    assert not any(" gpu=" in asked for asked in others)
    assert groups == len(retrained) + 1  # the last one makes tables and figures
    assert groups + len(single) <= 150, (groups, len(single), jobs)
    # measured by the engine's own start, which is as slow as the machine: 6 times it, when written
    assert seconds < 20 * start
    assert peak < 1, f"{peak:.2f} GiB"
