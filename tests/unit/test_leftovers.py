"""Cluster jobs of a dead run: only this folder's and only the workflow's are ended."""

import pytest

from regression_unlearning.errors import UserError
from regression_unlearning.pipeline import leftovers


@pytest.fixture
def queue(tmp_path, monkeypatch):
    """A queue in a file, with `squeue` and `scancel` that read and change it."""
    file, folder = tmp_path / "queue", tmp_path / "project"
    folder.mkdir()
    lines = [
        f"7|rule_train_original_wildcards_a_0|{folder}",
        f"8|group_models|{folder}",
        f"9|rule_measure|{tmp_path}/another",
        f"10|a head of the user's own|{folder}",
    ]
    file.write_text("\n".join(lines) + "\n")
    programs = {
        "squeue": f"cat {file}",
        "scancel": f'for id in "$@"; do sed -i "/^$id|/d" {file}; done',
    }
    for name, text in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return file, folder


def test_ends_those_of_this_folder_alone(queue):
    file, folder = queue
    assert leftovers.end(folder) == ["7", "8"]
    assert [line.split("|")[0] for line in file.read_text().splitlines()] == ["9", "10"]
    assert leftovers.end(folder) == []


def test_does_not_start_beside_a_job_that_will_not_end(queue, tmp_path):
    _, folder = queue
    (tmp_path / "scancel").write_text("#!/bin/sh\n")
    with pytest.raises(UserError, match="do not end: 7, 8"):
        leftovers.end(folder, patience=0)


def test_without_a_cluster_or_without_an_answer(queue, tmp_path, monkeypatch):
    _, folder = queue
    (tmp_path / "squeue").write_text("#!/bin/sh\nexit 1\n")
    assert leftovers.end(folder) == []
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert leftovers.end(folder) == []
