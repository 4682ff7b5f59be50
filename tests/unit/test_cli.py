"""`regression-unlearning init`: a file of one's own that passes the check as it stands."""

import subprocess
import sys
from pathlib import Path

import pytest

from regression_unlearning import cli
from regression_unlearning.errors import UserError
from regression_unlearning.pipeline.grid import Grid
from regression_unlearning.settings.document import check
from regression_unlearning.settings.reading import Origins, read_yaml
from regression_unlearning.settings.starting import KINDS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_passes_the_check(tmp_path, kind):
    path = tmp_path / "mine.yaml"
    cli.init("mine", kind, path)
    files = [(str(one), read_yaml(one)) for one in (ROOT / "params.yaml", path)]
    origins = Origins([*files, ("--config", {"experiment": "mine"})])
    settings = check(origins.merged, origins, ROOT)
    grid = Grid(settings)
    assert grid.shown == ["mine"] and len(grid.unlearned) == 3 * 3
    assert "EDIT" in path.read_text(encoding="utf-8")
    assert "$" not in path.read_text(encoding="utf-8")


def test_a_file_is_never_overwritten(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("mine")
    with pytest.raises(UserError, match="is there already"):
        cli.init("mine", "pairs", path)
    assert path.read_text() == "mine"


def test_a_name_that_cannot_be_one_is_refused(tmp_path):
    with pytest.raises(UserError, match="try my_faces"):
        cli.init("MyFaces", "image_folder", tmp_path / "mine.yaml")
    assert not (tmp_path / "mine.yaml").exists()


def test_as_a_command(tmp_path):
    program = [sys.executable, "-X", "importtime", "-m", "regression_unlearning.cli"]
    command = [*program, "init", "mine", "--kind", "hourly_table"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--configfile mine.yaml --config experiment=mine" in done.stdout
    assert (tmp_path / "mine.yaml").is_file()
    assert not [line for line in done.stderr.splitlines() if line.endswith(" torch")]
    again = subprocess.run(
        [sys.executable, *program[3:], *command[5:]],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert again.returncode == 2
    (line,) = again.stderr.splitlines()
    assert line.startswith("error: mine.yaml is there already")
