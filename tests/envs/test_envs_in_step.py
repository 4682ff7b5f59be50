"""envs/ says what uv.lock says."""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILES = ("requirements.txt", "environment.yaml", "apptainer.def")


@pytest.mark.parametrize("name", FILES)
def test_names_the_lock_that_it_was_made_from(name):
    lock = hashlib.sha256((ROOT / "uv.lock").read_bytes()).hexdigest()
    assert f"# uv.lock {lock}\n" in (ROOT / "envs" / name).read_text()


@pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not installed here")
def test_in_step():
    command = [sys.executable, "workflow_scripts/render_envs.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_exact_versions_that_the_lock_has():
    text = (ROOT / "envs/requirements.txt").read_text()
    required = [line for line in text.splitlines() if line and not line.startswith("#")]
    locked = set(
        re.findall(
            r'^name = "(.+)"\nversion = "(.+)"$', (ROOT / "uv.lock").read_text(), re.MULTILINE
        )
    )
    for line in required:
        name, version = re.match(r"([\w.-]+)(?:\[.+\])?==([^ ;]+)", line).groups()
        assert (name, version) in locked, line
    conda = yaml.safe_load((ROOT / "envs/environment.yaml").read_text())
    assert conda["dependencies"][-1]["pip"] == required


def test_every_rule_with_a_program_carries_the_environment():
    for path in ROOT.glob("rules/*.smk"):
        blocks = re.split(r"^(?=rule |use rule )", path.read_text(), flags=re.MULTILINE)[1:]
        for block in blocks:
            if "python workflow_scripts" in block:
                assert "conda:\n        ENVIRONMENT" in block, block.splitlines()[0]
