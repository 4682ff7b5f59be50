"""Settings of jobs as files."""

import json
import subprocess
import sys
from pathlib import Path

from regression_unlearning.pipeline import settings_files

VALUES = {"b": [1, 2.5, None, True], "a": {"λ": "≤"}}


def test_the_name_follows_the_content(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = settings_files.settings_file(VALUES)
    assert json.loads(Path(path).read_text(encoding="utf-8")) == VALUES
    assert settings_files.settings_file(dict(reversed(VALUES.items()))) == path
    assert settings_files.settings_file({**VALUES, "c": 0}) != path
    assert len(list(Path(settings_files.FOLDER).iterdir())) == 2


def test_nothing_is_written_where_nothing_is_to_be(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert settings_files.settings_file(VALUES, write=False) == settings_files.settings_file(
        VALUES, write=False
    )
    assert not list(tmp_path.iterdir())


def test_more_ids_than_a_command_can_hold(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ids = [f"{number:032d}" for number in range(500_000)]
    path = settings_files.settings_file({"select": "ids", "ids": ids})
    code = (
        "import sys; from regression_unlearning.program import settings_argument as read;"
        "print(len(read(sys.argv[1])['ids']))"
    )
    command = [sys.executable, "-c", code, path]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "500000\n"
