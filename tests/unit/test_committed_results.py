"""Every committed result is what its values say, and the pages made from results are in step."""

import subprocess
import sys
from pathlib import Path

import pytest

from regression_unlearning import registry
from regression_unlearning.evaluation.measure import quantities
from regression_unlearning.reporting import provenance, summaries

ROOT = Path(__file__).parents[2]
#: Experiments: neither what every demo makes anew, nor what benchmarks/ measures.
OTHERS = ("demo", "requests", "benchmarks")
FOLDERS = sorted(path for path in (ROOT / "results").iterdir() if path.name not in OTHERS)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_tables_are_as_their_values_say(folder):
    wrong = {name: said for name, said in provenance.verify(folder).items() if said}
    assert wrong == {}


def cells(folder):
    """The cells of a folder's tables, costs included."""
    _, told = provenance.read(folder)
    paths = [folder / f"{name}{end}" for name in told["tables"] for end in (".csv", "_costs.csv")]
    found = summaries.read(*paths)
    assert found
    return found


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_no_interval_leaves_its_quantity_s_range(folder):
    words = quantities(registry.known("measure"))
    outside = {
        key
        for key, one in cells(folder).items()
        for low, high in [(words[key[3]].least, words[key[3]].most)]
        for end in (one.low, one.mean.value, one.high)
        if end is not None
        and ((low is not None and end < low) or (high is not None and end > high))
    }
    assert outside == set()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_a_great_floor_of_the_anamnesis_index_is_said_to_tell_nothing(folder):
    told = [
        any("not informative" in note for note in one.notes)
        for key, one in cells(folder).items()
        if key[3] == "anamnesis" and one.floor and (one.floor.value or 0) > 10
    ]
    assert all(told)


@pytest.mark.parametrize("script", ["render_paper.py", "render_results.py"])
def test_pages_made_from_results_are_in_step(script):
    command = [sys.executable, f"workflow_scripts/{script}", "--check"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0
