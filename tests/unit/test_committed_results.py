"""Every committed result is what its values say, and the pages made from results are in step."""

import subprocess
import sys
from pathlib import Path

import pytest

from regression_unlearning.reporting import provenance

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(path for path in (ROOT / "results").iterdir() if path.name != "demo")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_tables_are_as_their_values_say(folder):
    if not (folder / provenance.VALUES).is_file():
        pytest.skip("made before values were kept beside the tables")
    wrong = {name: said for name, said in provenance.verify(folder).items() if said}
    assert wrong == {}


def test_the_page_about_the_papers_table_is_in_step():
    command = [sys.executable, "workflow_scripts/render_paper.py", "--check"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0
