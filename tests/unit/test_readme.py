"""What README shows is so: examples run, links lead on."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_it_is_read_in_two_minutes():
    assert len(README.splitlines()) <= 150
    assert len(README.split()) <= 1500


def test_the_library_example_runs(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    distances = [float(text) for text in re.findall(r"\d+\.\d+", done.stdout)]
    assert len(distances) == 3 and distances[0] > 0 == distances[2]


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_links_lead_to_files(target):
    assert target.startswith("https://") or (ROOT / target).exists()
