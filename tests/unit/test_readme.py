"""What README shows is so: its example runs, its links lead on, its table is the results'."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_library_example_runs(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    shutil.copy(ROOT / "params.yaml", tmp_path)
    shutil.copytree(ROOT / "tuning", tmp_path / "tuning")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    distances = [float(text) for text in re.findall(r"\d+\.\d+", done.stdout)]
    assert len(distances) == 3
    assert distances[0] > 0
    assert distances[2] == 0


def test_the_library_example_stays_short():
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len([line for line in code.splitlines() if line]) <= 12


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_links_lead_to_files(target):
    assert target.startswith("https://") or (ROOT / target).exists()
