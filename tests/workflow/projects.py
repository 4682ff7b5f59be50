"""Copies of the project that Snakemake and the programs are run in."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import pytest
from tiny_project import ROOT, as_yaml

from regression_unlearning.settings.complete import resolved
from regression_unlearning.settings.reading import read_yaml

#: Parts of the repository that no job reads.
ELSEWHERE = ("tests/", ".ci/", "benchmarks/", "results/")


class Job(NamedTuple):
    """One job of a dry run: its rule and its first output (the rule's own name without one).

    Rules that are made for some training seeds go by their name without the seeds.
    """

    rule: str
    output: str


class Project:
    """A copy of the project in a folder, and ways to run it.

    Parameters
    ----------
    root : Path
        The folder.
    """

    def __init__(self, root: Path):
        self.root = root
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("SNAKEMAKE_", "REGRESSION_UNLEARNING_", "PYTHONSAFEPATH"))
        }

    def copy(self, root: Path) -> "Project":
        """Make another copy: dates and Snakemake's records go along."""
        shutil.copytree(self.root, root, symlinks=True, dirs_exist_ok=True)
        return Project(root)

    def edit_params(self, change: Callable[[dict], None]) -> None:
        """Change the values of params.yaml in place."""
        path = self.root / "params.yaml"
        values = resolved(read_yaml(path), self.root)
        change(values)
        path.write_text(as_yaml(values), encoding="utf-8")

    def command(self, *arguments: object) -> list[str]:
        """Command line of the workflow engine."""
        return [sys.executable, "-P", "-m", "snakemake", "--cores", "2", *map(str, arguments)]

    def run(self, *command: object, **options) -> subprocess.CompletedProcess:
        """Run a command in the copy and catch what it says."""
        return subprocess.run(
            [str(part) for part in command],
            cwd=self.root,
            env=self.environment | options.pop("env", {}),
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
            **options,
        )

    def snakemake(self, *arguments: object, **options) -> subprocess.CompletedProcess:
        """Run the workflow engine."""
        return self.run(*self.command(*arguments), **options)

    def jobs(self, *arguments: object) -> list[Job]:
        """Jobs that a dry run names."""
        # The profile's `quiet` would leave the jobs out.
        done = self.snakemake("-n", "--quiet=progress", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return parse_jobs(done.stdout)

    def pretend(self) -> None:
        """Put every output that is asked for in place, as if all had run for hours."""
        listed = checked(self.snakemake("-n", "--quiet", "progress")).stdout
        for number, path in enumerate(outputs_of(listed)):
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(f"stands for output {number}\n", encoding="utf-8")
        checked(self.snakemake("--touch", "--forceall"))

    def script(self, name: str, *arguments: object, **options) -> subprocess.CompletedProcess:
        """Run one program of workflow_scripts/ by hand."""
        return self.run(*script_command(name, *arguments), **options)

    def prepare(self, dataset: str = "demo_pairs", forget_sets: Iterable[str] = ()) -> None:
        """Make a prepared dataset with forget sets by plain command lines."""
        values = resolved(read_yaml(self.root / "params.yaml"), self.root)
        chosen = values["datasets"][dataset]
        source = json.dumps(
            {
                "source": chosen["source"],
                "embedding": {
                    "url": "made",
                    "member": "vectors",
                    "dimension": chosen["source"]["dimension"],
                },
            }
        )
        raw, prepared = f"data/raw/{dataset}", f"data/prepared/{dataset}"
        loader = ["--loader", chosen["loader"], "--settings", source]
        checked(
            self.script(
                "download",
                *loader,
                *("--checksums", "data/checksums.json", "--output", f"{raw}/manifest.json"),
            )
        )
        checked(self.script("prepare", *loader, "--raw", raw, "--output", prepared))
        for name in forget_sets:
            settings = json.dumps(chosen["forget_sets"][name])
            checked(
                self.script(
                    "select_forget_set",
                    *("--prepared", prepared, "--name", name, "--settings", settings),
                    *("--output", f"{prepared}/forget_sets/{name}.npz"),
                )
            )


def slow(cases: Iterable[tuple]) -> list:
    """Cases of a parametrised test that `.ci/run` runs, and the plain test command does not."""
    return [pytest.param(*case, marks=pytest.mark.slow) for case in cases]


def script_command(name: str, *arguments: object) -> list[str]:
    """Command line of one program of workflow_scripts/."""
    return [sys.executable, f"workflow_scripts/{name}.py", *map(str, arguments)]


def checked(done: subprocess.CompletedProcess) -> subprocess.CompletedProcess:
    """Insist that a program ended well."""
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def parse_jobs(text: str) -> list[Job]:
    """Read the jobs out of a dry run's listing."""
    jobs = []
    for block in re.split(r"^ *(?=(?:local)?rule \w+:$)", text, flags=re.MULTILINE)[1:]:
        rule = re.match(r"(?:local)?rule (\w+?)(?:_seed_[0-9_]+)?:", block)[1]
        output = re.search(r"^ +output: ([^,\n ]+)", block, flags=re.MULTILINE)
        jobs.append(Job(rule, output[1] if output else rule))
    return jobs


def outputs_of(text: str) -> list[str]:
    """Every output file that a dry run names."""
    lines = re.findall(r"^ +output: (.+)$", text, flags=re.MULTILINE)
    return [path.removesuffix(" (update)") for line in lines for path in line.split(", ")]


def tracked_files() -> list[str]:
    """Files of the repository that a run may read, also where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout.splitlines()
    return [
        path for path in listed if not path.startswith(ELSEWHERE) and os.path.lexists(ROOT / path)
    ]
