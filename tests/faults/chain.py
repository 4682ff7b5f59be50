"""The smallest project that goes through every kind of file, built in seconds, copied by links."""

import hashlib
import os
import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from programs import Done, child, run, wait
from projects import Project, tracked_files
from tiny_project import ROOT, shrink

#: What a run leaves: all that a fault may meet.
MADE = (
    ".fingerprints", ".settings", "checkpoints", "data", "measures", "observations", "relearning",
    "results", "logs",
)  # fmt: skip
#: No job reads them.
ELSEWHERE = ("benchmarks/", "docs/", "examples/", "results/", "slurm/")


class Job(NamedTuple):
    """One job of the project: its rule without seeds, its files, its command."""

    rule: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    command: tuple[str, ...]


class Chain:
    """The project built, and its jobs in their order.

    Parameters
    ----------
    root : Path
        Its folder.
    """

    def __init__(self, root: Path):
        self.root = root
        self.jobs = jobs_of((root / "jobs.txt").read_text(encoding="utf-8"))

    def job(self, rule: str, output: str = "") -> Job:
        """The first job of a rule, one of whose outputs holds some text."""
        return next(
            job
            for job in self.jobs
            if job.rule == rule and any(output in path for path in job.outputs)
        )

    @property
    def sha256(self) -> str:
        """A hash over all that was made: no fault may reach it through a link."""
        found = hashlib.sha256()
        for top in MADE:
            for path in sorted((self.root / top).rglob("*")):
                found.update(f"{path}\n".encode() + (path.read_bytes() if path.is_file() else b""))
        return found.hexdigest()

    def copy(self, folder: Path) -> None:
        """Link what was made into a folder, in the place of what lies there."""

        def link(here: str, there: str) -> None:
            Path(there).unlink(missing_ok=True)
            os.link(here, there)

        for top in MADE:
            if (self.root / top).is_dir():
                shutil.copytree(
                    self.root / top,
                    folder / top,
                    copy_function=link,
                    dirs_exist_ok=True,
                )


def jobs_of(text: str) -> list[Job]:
    """Read the jobs out of a dry run that prints its commands."""
    found = []
    for block in re.split(r"^ *(?=(?:local)?rule \w+:$)", text, flags=re.MULTILINE)[1:]:
        command = re.search(r"^Shell command: python (.*)$", block, re.MULTILINE)
        if not command:
            continue
        rule = re.match(r"(?:local)?rule (\w+?)(?:_seed_[0-9_]+)?:", block)[1]
        words = shlex.split(command[1].partition(" 2> ")[0])
        if "--processes" in words:
            words[words.index("--processes") + 1] = "1"
        lists = [
            re.search(rf"^ +{name}: (.+)$", block, re.MULTILINE) for name in ("input", "output")
        ]
        inputs, outputs = (
            tuple(one.removesuffix(" (update)") for one in line[1].split(", ")) if line else ()
            for line in lists
        )
        found.append(Job(rule, inputs, outputs, tuple(words)))
    return found


def smallest(values: dict) -> None:
    """The tiny experiment, with the measures and the method that read every kind of file."""
    shrink(values)
    for name in ("wasserstein", "membership"):
        del values["measures"][name]
    demo = values["experiments"]["demo"]
    for layout in (*demo["tables"].values(), *demo["figures"].values()):
        layout["methods"] = ["blindspot"]


def lay_out(root: Path) -> Project:
    """Copy the project's own files, with the smallest settings."""
    for path in tracked_files():
        if not path.startswith(ELSEWHERE):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, root / path, follow_symlinks=False)
    project = Project(root)
    project.edit_params(smallest)
    return project


def list_jobs(root: Path) -> str:
    """What a dry run says; settings and fingerprints are written as in a real one."""

    def work() -> None:
        from regression_unlearning.pipeline import settings_files

        kept = settings_files.settings_file
        settings_files.settings_file = lambda values, write=True: kept(values)
        from snakemake.cli import main

        sys.argv = ["snakemake", "--cores", "1", "-n", "-p", "--forceall", "--quiet", "progress"]
        main(sys.argv[1:])

    done = wait(child(work, root), root, 0)
    assert done.code == 0, done.said
    return done.said


def build(root: Path) -> Chain:
    """Make the project and run its jobs one after the other."""
    lay_out(root)
    (root / "jobs.txt").write_text(list_jobs(root), encoding="utf-8")
    chain = Chain(root)
    for job in chain.jobs:
        done = carry_out(job, root)
        assert done.code == 0, f"{job.rule}: {done.said}"
    return chain


def carry_out(job: Job, folder: Path, **how) -> Done:
    """Run a job's program as its rule does."""
    for path in job.outputs:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
    return run(job.command, folder, **how)


def plain(path: Path) -> object:
    """A file's content as it must come again: a record's without time, machine and their like."""
    import json

    if path.suffix == ".json" and path.parts and "checkpoints" in path.parts:
        record = json.loads(path.read_bytes())
        return without_times(record)
    return path.read_bytes()


def without_times(value: object) -> object:
    """A record without what differs from run to run: seconds and the machine's state."""
    if isinstance(value, Mapping):
        return {k: without_times(v) for k, v in value.items() if k not in TIMES}
    return value


TIMES = ("seconds", "machine", "helper_seconds", "seal")
