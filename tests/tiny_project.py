"""A tiny experiment in place of `demo`, and copies of the project to run real tools in."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from regression_unlearning.settings.complete import resolved
from regression_unlearning.settings.reading import read_yaml

ROOT = Path(__file__).parents[1]


#: What the tests use of params.yaml, by name: it may hold more.
MEASURES = ("errors", "membership", "wasserstein", "anamnesis", "cost")
TABLES, FIGURES = ("table2",), ("figure4",)


def keep(values: dict, *names: str) -> None:
    """Leave only some entries of a mapping, in place."""
    for name in set(values) - set(names):
        del values[name]


def choose(params: dict, experiment: str) -> dict:
    """Choose an experiment; leave it Table 2, Figure 4 and their measures alone, in place."""
    keep(params["measures"], *MEASURES)
    for dataset in params["datasets"].values():
        keep(dataset.get("measures", {}), *MEASURES)
    for table in (t for one in params["experiments"].values() for t in one["tables"].values()):
        if table.get("measures"):
            table["measures"] = [name for name in table["measures"] if name in MEASURES]
    params["experiment"] = experiment
    chosen = params["experiments"][experiment]
    keep(chosen["tables"], *TABLES)
    keep(chosen["figures"], *FIGURES)
    return chosen


def shrink(params: dict) -> None:
    """Make the demo tiny, in place: few rows and epochs, 2 seeds, 1 forget set, 2 methods."""
    keep(params["datasets"], "demo_pairs")
    keep(params["experiments"], "demo")
    demo = choose(params, "demo")
    dataset = params["datasets"]["demo_pairs"]
    dataset["source"].update(train=120, validation=30, test=30, vocabulary=80, dimension=8)
    dataset["model"].update(hidden=4, head=[4, 4, 4])
    dataset["training"].update(epochs=3, batch_size=32)
    dataset["blindspot"].update(epochs=2, batch_size=32)
    for method in dataset["methods"].values():
        if "epochs" in method:
            method.update(epochs=2, batch_size=32)
    dataset["relearning"].update(orders=1, cap=8, batch_size=32)
    dataset["forget_sets"]["random_20"] = {
        "title": "20 random rows",
        "select": "random",
        "rows": 20,
        "seed": 0,
    }
    params["measures"]["membership"].update(rows=30)
    demo["seeds"] = [0, 1]
    for layout in (*demo["tables"].values(), *demo["figures"].values()):
        layout.update(forget_sets=["random_20"], methods=["finetune", "blindspot"])


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Environment of a project's copy: this interpreter's tools."""
    variables = {key: value for key, value in os.environ.items() if key != "PYTHONSAFEPATH"}
    return {
        **variables,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "GIT_AUTHOR_NAME": "Test",
        "GIT_AUTHOR_EMAIL": "test@example.org",
        "GIT_COMMITTER_NAME": "Test",
        "GIT_COMMITTER_EMAIL": "test@example.org",
        **more,
    }


def run(command: str, folder: Path, check: bool = True, **more: str) -> subprocess.CompletedProcess:
    """Run a command in a project's copy."""
    env = environment(folder, **more)
    done = subprocess.run(
        command, shell=True, check=False, cwd=folder, env=env, capture_output=True, encoding="utf-8"
    )
    if check and done.returncode:
        raise AssertionError(
            f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        )
    return done


def copy_project(folder: Path, change=shrink) -> Path:
    """Copy the working tree's own files, change params.yaml, and commit all in a new repository."""
    listed = run("git ls-files -co --exclude-standard", ROOT).stdout.splitlines()
    for name in listed:
        if not (ROOT / name).exists() or name == "dvc.lock":
            continue
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
    edit(folder, change)
    run("python workflow_scripts/render_dvc.py", folder)
    run("git init -q -b main && git add -A && git commit -q -m start", folder)
    return folder


class _Plain(yaml.SafeDumper):
    """YAML without anchors: what stands in two places is written twice."""

    def ignore_aliases(self, data):
        return True


def as_yaml(values: dict) -> str:
    """Values as params.yaml may hold them."""
    return yaml.dump(values, Dumper=_Plain, sort_keys=False)


def edit(folder: Path, change) -> dict:
    """Change params.yaml by a function of its content."""
    path = folder / "params.yaml"
    params = resolved(read_yaml(path), folder)
    change(params)
    path.write_text(as_yaml(params), encoding="utf-8")
    return params


def logs(folder: Path) -> set[Path]:
    """Logs of every Snakemake run so far."""
    return set((folder / ".snakemake/log").glob("*.log"))


def jobs_of(paths) -> list[str]:
    """Rules of the jobs that some Snakemake logs tell of, one entry a job."""
    lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    return re.findall(r"Finished jobid: \d+ \(Rule: (\w+)\)", "\n".join(lines))
