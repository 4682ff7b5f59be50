"""The workflow in a stranger's shell, in a folder of any name, without being installed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from projects import Project, checked
from strangers import FOLDER, VARIABLES, bare_python, own_files, without

from regression_unlearning import __version__

NAMELESS = 54321  # no table of users has it


@pytest.fixture(scope="session")
def bare(shared) -> Path:
    """A Python with this one's packages, but without this project."""
    return shared("bare python", bare_python).root / "bin/python"


class Stranger(Project):
    """A copy that another Python runs, with its own `snakemake` and `dvc`."""

    def __init__(self, root: Path, python: Path):
        super().__init__(root)
        self.python = python

    def command(self, *arguments: object) -> list[str]:
        return [str(self.python.parent / "snakemake"), "--cores", "2", *map(str, arguments)]


@pytest.fixture
def stranger(tiny, bare, tmp_path) -> Stranger:
    """A tiny copy in a folder of a strange name, amid a user's own files, not installed."""
    tiny.root.rename(tmp_path / FOLDER)
    made = Stranger(tmp_path / FOLDER, bare)
    own_files(made.root)
    return made


def files_in(folder: Path) -> list[Path]:
    """Files that a run has made."""
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]


def test_this_project_is_not_installed_there(bare):
    command = [bare, "-P", "-c", "import numpy, regression_unlearning"]
    done = subprocess.run(command, check=False, capture_output=True)
    assert b"No module named 'regression_unlearning'" in done.stderr


def test_every_program_starts_without_being_installed(project, bare):
    code = (
        "import pathlib, runpy, sys\n"
        "sys.path[0] = 'workflow_scripts'\n"
        "for path in sorted(pathlib.Path('workflow_scripts').glob('*.py')):\n"
        "    sys.argv = [str(path), '--help']\n"
        "    try:\n"
        "        runpy.run_path(str(path), run_name='__main__')\n"
        "    except SystemExit as end:\n"
        "        print(path.name, end.code, file=sys.stderr)\n"
    )
    own_files(project.root)
    said = checked(project.run(bare, "-c", code)).stderr.splitlines()
    programs = sorted(path.name for path in (project.root / "workflow_scripts").glob("*.py"))
    assert said == [f"{name} 0" for name in programs]


def test_a_strange_shell_and_folder(stranger):
    """All at once: what one setting breaks is broken here too; the slow tests take them one by one.

    Standard input and output are closed, there is no HOME, and files are for their owner alone.
    """
    stranger.environment = without(stranger.environment, "HOME") | VARIABLES
    done = stranger.run(
        "sh", "-c", 'umask 077; exec "$@" <&- >&-', "sh", *stranger.command("all_prepared")
    )
    checked(done)
    made = files_in(stranger.root / "data/prepared")
    assert {path.name for path in made} >= {"arrays.safetensors", "rows.csv", "random_20.npz"}
    assert not {oct(path.stat().st_mode & 0o077) for path in made} - {"0o0"}
    assert not (stranger.root / "~").exists()


@pytest.mark.slow
@pytest.mark.parametrize("ends", ["2>&1 | head -12", ">&- 2>&-"])
def test_nobody_reads_what_is_said(tiny, ends):
    """The reader ends, or never was: the run does not."""
    line = f'{{ "$@"; echo "$?" > status; }} {ends}'
    tiny.run("sh", "-c", line, "sh", *tiny.command("all_prepared"))
    assert (tiny.root / "status").read_text(encoding="utf-8") == "0\n"
    assert (tiny.root / "data/prepared/demo_pairs/forget_sets/random_20.npz").exists()


@pytest.fixture
def as_nobody(tiny):
    """Run a command as a user id without a name, which owns the copy."""
    if os.getuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can become another user, by util-linux' setpriv")
    user = ["setpriv", "--reuid", NAMELESS, "--regid", NAMELESS, "--clear-groups"]
    home = tiny.root / "home"
    home.mkdir()
    tiny.environment = without(tiny.environment, "LOGNAME", "USER", "LNAME", "USERNAME")
    tiny.environment["HOME"] = str(home)
    for path in (tiny.root, *tiny.root.rglob("*")):
        os.chown(path, NAMELESS, NAMELESS, follow_symlinks=False)
    for folder in tiny.root.parents[:3]:
        folder.chmod(0o755)
    if tiny.run(*user, "bash", "-c", '"$0" -c "import snakemake"', sys.executable).returncode:
        pytest.skip("this interpreter is not for other users")
    return lambda *command: tiny.run(*user, *command)


def test_a_user_id_without_a_name(tiny, as_nobody):
    checked(as_nobody(*tiny.command("all_downloaded")))
    assert (tiny.root / "data/raw/demo_pairs/manifest.json").stat().st_uid == NAMELESS


def test_jobs_on_a_cluster_would_take_a_users_file_for_a_module(tiny):
    own_files(tiny.root)
    (tiny.root / "my_notes.py").write_text("", encoding="utf-8")
    done = tiny.snakemake("--executor", "slurm", "--jobs", 1, "all_downloaded")
    said = done.stdout + done.stderr
    assert done.returncode != 0 and "Traceback" not in said
    assert "inspect.py, random.py" in said and "rename or move it." in said
    assert "my_notes.py" not in said
    assert not (tiny.root / "data/raw/demo_pairs").exists()


@pytest.mark.slow
def test_the_whole_demo(stranger):
    stranger.environment = without(stranger.environment, "HOME") | VARIABLES
    checked(stranger.snakemake("all_tables"))
    text = (stranger.root / "results/demo/report.html").read_text(encoding="utf-8")
    assert re.search(rf"regression-unlearning {re.escape(__version__)}\b", text)
    assert "Nothing to be done" in checked(stranger.snakemake("all_tables")).stderr


@pytest.mark.slow
def test_the_whole_demo_under_dvc(stranger, bare):
    """DVC finds its own `snakemake` by PATH, as in an environment that is activated."""
    path = os.pathsep.join([str(bare.parent), os.environ["PATH"]])
    stranger.environment = without(stranger.environment, "HOME") | VARIABLES | {"PATH": path}
    checked(stranger.run("git", "init", "-q"))
    refused = stranger.run("dvc", "repro")
    assert refused.returncode != 0 and "DVC takes braces in a path" in refused.stderr
    assert not (stranger.root / "data/raw/demo_pairs").exists()
    stranger.root = stranger.root.rename(stranger.root.with_name(FOLDER.partition("{")[0]))
    checked(stranger.script("render_dvc"))
    checked(stranger.run("dvc", "repro"))
    assert (stranger.root / "results/demo/report.html").is_file()
