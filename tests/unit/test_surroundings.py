"""What the shell that starts a run lacks."""

import getpass
import os
import sys
from pathlib import Path

import pytest

from regression_unlearning import __version__
from regression_unlearning.errors import UserError
from regression_unlearning.pipeline import surroundings


def test_a_user_without_a_name_is_called_by_the_id(monkeypatch):
    def unknown():
        raise KeyError("getpwuid(): uid not found")

    environment = {"PATH": "/bin"}
    monkeypatch.setattr(getpass, "getuser", unknown)
    surroundings.settle(environment)
    assert environment["LOGNAME"] == str(os.getuid())


def test_a_users_name_stays(monkeypatch):
    environment = {"PATH": "/bin"}
    monkeypatch.setattr(getpass, "getuser", lambda: "jane")
    surroundings.settle(environment)
    assert "LOGNAME" not in environment


def test_jobs_run_the_interpreter_that_runs_the_engine(monkeypatch):
    environment = {"PATH": "/bin"}
    monkeypatch.setattr(sys, "executable", "/a b/bin/python")
    surroundings.settle(environment)
    assert environment["PATH"] == "/a b/bin:/bin"
    monkeypatch.setattr(sys, "executable", "/a:b/bin/python")
    with pytest.raises(UserError, match="/a:b/bin: no program is found.*Move the project"):
        surroundings.settle(environment)


def test_braces_in_a_path_are_refused_under_dvc_alone():
    environment = {"PATH": "/bin", "DVC_STAGE": "download", "DVC_ROOT": "/a{b}"}
    with pytest.raises(UserError, match="^/a{b}: DVC takes braces.*Move the project"):
        surroundings.settle(environment)
    surroundings.settle(environment | {"DVC_ROOT": "/a b"})
    del environment["DVC_STAGE"]
    surroundings.settle(environment)


def test_programs_find_the_library_beside_themselves():
    environment = {"PATH": "/bin", "PYTHONSAFEPATH": "1"}
    surroundings.settle(environment)
    assert "PYTHONSAFEPATH" not in environment


def test_a_citation_names_the_version():
    lines = (Path(__file__).parents[2] / "CITATION.cff").read_text(encoding="utf-8").splitlines()
    assert f"version: {__version__}" in lines
