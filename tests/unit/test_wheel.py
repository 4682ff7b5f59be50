"""The wheel brings the library alone, and all of it: it works far from the repository."""

import os
import subprocess
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
ENGINES = {"snakemake", "snakemake-executor-plugin-slurm", "dvc"}
SCRIPT = """
import sys
sys.modules.update(snakemake=None, dvc=None)  # importing one fails
import regression_unlearning
from regression_unlearning import Observation, Task, distance, load_settings
from regression_unlearning import observe, open_dataset, train, unlearn

chosen = (settings := load_settings()).datasets["demo_pairs"]
data, parts = open_dataset(settings, "demo_pairs", "score_0_2")
task, fit = Task.of(chosen, data, parts, seed=0), {"epochs": 2, "learning_rate": 0.003}
training = chosen.training.model_copy(update={"epochs": 2})
original, retrained = train(task.nothing_forgotten(), training), train(task, training)
model = unlearn(original, task, "finetune", batch_size=32, **fit)
seen = [Observation(observe(m, task, parts, chosen.observation)) for m in (model, retrained)]
print(regression_unlearning.__file__, distance(*seen), distance(seen[1], seen[1]))
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, unpacked as an installer would."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_only_its_extras_ask_for_a_workflow_engine(wheel):
    (path,) = wheel.glob("*.dist-info/METADATA")
    asked = [
        Requirement(one) for one in message_from_bytes(path.read_bytes()).get_all("Requires-Dist")
    ]

    def needed(extra):
        return {
            one.name for one in asked if not one.marker or one.marker.evaluate({"extra": extra})
        }

    assert needed("") & ENGINES == set()
    assert needed("workflow") - needed("") == ENGINES - {"dvc"}
    assert needed("dvc") - needed("") == {"dvc"}


def test_it_trains_unlearns_and_measures_in_an_empty_folder(wheel, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(wheel)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    file, distance, itself = done.stdout.split()
    assert file.startswith(str(wheel))
    assert float(distance) > 0 == float(itself)
