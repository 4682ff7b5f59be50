"""A copy of the project whose experiment `demo` takes a minute: for tests with real tools."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def tiny(params: dict) -> None:
    """Shrink demo_pairs and the experiment `demo`, in place."""
    dataset = params["datasets"]["demo_pairs"]
    dataset["source"] = {
        "seed": 0,
        "train": 160,
        "validation": 60,
        "test": 60,
        "vocabulary": 60,
        "dimension": 8,
    }
    dataset["model"] = {"name": "lstm", "hidden": 8, "dropout": 0.3, "head": [8, 4]}
    dataset["training"] |= {"epochs": 3}
    dataset["blindspot"] |= {"epochs": 1}
    for method in dataset["methods"].values():
        if "epochs" in method:
            method["epochs"] = 1
    dataset["relearning"] |= {"orders": 1, "cap": 5}
    demo = params["experiments"]["demo"]
    demo["tables"] = {"table2": demo["tables"]["table2"]}
    demo["figures"] = {"figure4": demo["figures"]["figure4"]}
    for layout in (*demo["tables"].values(), *demo["figures"].values()):
        layout |= {"forget_sets": ["score_0_2"], "methods": ["finetune", "gaussian_amnesiac"]}
    params["experiment"] = "demo"


def run(command: str, folder: Path, check: bool = True, **more: str) -> subprocess.CompletedProcess:
    """Run a command in a project's copy, with this interpreter's tools and the copy's library."""
    env = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": str(folder),
        "GIT_AUTHOR_NAME": "Test",
        "GIT_AUTHOR_EMAIL": "test@example.org",
        "GIT_COMMITTER_NAME": "Test",
        "GIT_COMMITTER_EMAIL": "test@example.org",
        **more,
    }
    done = subprocess.run(
        command, shell=True, check=False, cwd=folder, env=env, capture_output=True, text=True
    )
    if check and done.returncode:
        raise AssertionError(
            f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        )
    return done


def copy_project(folder: Path, change=tiny) -> Path:
    """Copy the working tree's own files, change params.yaml, and commit all in a new repository."""
    listed = run("git ls-files -co --exclude-standard", ROOT).stdout.splitlines()
    for name in listed:
        if not (ROOT / name).exists() or name == "dvc.lock":
            continue
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
    params = edit(folder, change)
    assert params["experiment"] == "demo"
    run("python workflow_scripts/render_dvc.py", folder)
    run("git init -q -b main && git add -A && git commit -q -m start", folder)
    return folder


def edit(folder: Path, change) -> dict:
    """Change params.yaml by a function of its content."""
    path = folder / "params.yaml"
    params = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(params)
    path.write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")
    return params


def logs(folder: Path) -> set[Path]:
    """Logs of every Snakemake run so far."""
    return set((folder / ".snakemake/log").glob("*.log"))


def jobs_of(paths) -> list[str]:
    """Rules of the jobs that some Snakemake logs tell of, one entry a job."""
    lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    return re.findall(r"Finished jobid: \d+ \(Rule: (\w+)\)", "\n".join(lines))
