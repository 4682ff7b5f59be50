"""Local files that data were taken from: what changed is taken anew, what was touched is not."""

import os
from pathlib import Path

import pytest
from image_files import folder, labels, picture, tar
from load_files import hours

from regression_unlearning.data.fetching.local import Local
from regression_unlearning.data.sources import hourly_table, image_folder
from regression_unlearning.errors import UserError
from regression_unlearning.pipeline import local, paths

FILES = {f"{number}.png": picture(number) for number in range(10)}
RAW = Path("data/raw/it")
IMAGES = {"images": "faces", "labels": "labels.csv", "target": "age", "folder": "own"}


def without_a_person(path):
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:3] + lines[4:]), encoding="utf-8")


def another_picture(path):
    """Another one of the same length, with the same date, in the same inode."""
    before = path.stat()
    with path.open("r+b") as file:
        file.seek(-20, os.SEEK_END)
        file.write(bytes(4))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def fewer_pictures(path):
    tar(path, {**FILES, "0.png": picture(77)})


def another_load(path):
    path.write_text(hours(rows=61), encoding="utf-8")


CASES = [
    pytest.param(folder, image_folder, IMAGES, "own/labels.csv", without_a_person, id="labels"),
    pytest.param(folder, image_folder, IMAGES, "own/faces/3.png", another_picture, id="image"),
    pytest.param(tar, image_folder, IMAGES, "own/faces", fewer_pictures, id="tar"),
    pytest.param(
        folder, hourly_table, {"path": "own/load.csv"}, "own/load.csv", another_load, id="table"
    ),
]


def bring(module, settings):
    module.download(
        RAW, module.Settings(**settings), mirror=None, checksums=Path("c.json"), embedding=None
    )


def content():
    return {path: path.read_bytes() for path in RAW.iterdir() if not path.name.startswith(".")}


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    labels(Path("own/labels.csv"), FILES)
    Path("own/load.csv").write_text(hours(), encoding="utf-8")


@pytest.mark.parametrize(("pack", "module", "settings", "file", "change"), CASES)
def test_a_changed_file_is_noticed_and_taken_anew(pack, module, settings, file, change):
    pack(Path("own/faces"), FILES)
    file, noted = Path(file).absolute() if file.endswith("png") else Path(file), paths.local("it")
    assert local.notice(["it"]) == [] and Path(noted).read_text() == ""
    bring(module, settings)
    first = content()
    os.utime(file)
    stamped = Path(noted).stat().st_mtime_ns
    assert local.notice(["it"]) == [] and Path(noted).stat().st_mtime_ns == stamped
    change(file)
    (line,) = local.notice(["it"])
    assert f"{file} has changed" in line and len(line.splitlines()) == 1
    said = Path(noted).read_text()
    assert str(file) in said
    assert local.notice(["it"]) and Path(noted).read_text() == said  # until it is taken
    bring(module, settings)
    assert content() != first and local.notice(["it"]) == []
    assert Path(noted).read_text() == said
    if RAW.joinpath(file.name).exists():
        assert RAW.joinpath(file.name).read_bytes() == file.read_bytes()


def test_a_file_that_is_gone_has_not_changed():
    bring(hourly_table, {"path": "own/load.csv"})
    Path("own/load.csv").unlink()
    assert local.notice(["it"]) == []


def test_another_file_of_the_same_name_is_taken():
    bring(hourly_table, {"path": "own/load.csv"})
    Path("other").mkdir()
    Path("other/load.csv").write_text(hours(rows=61), encoding="utf-8")
    bring(hourly_table, {"path": "other/load.csv"})
    assert (RAW / "load.csv").read_bytes() == Path("other/load.csv").read_bytes()
    assert list(Local(RAW).files) == ["other/load.csv"]


@pytest.mark.parametrize("edited", [True, False])
def test_a_raw_file_that_was_edited_is_one_line(edited):
    bring(hourly_table, {"path": "own/load.csv"})
    raw = next(one for one in RAW.iterdir() if one.suffix == ".csv")
    if edited:
        raw.write_text(hours(rows=61), encoding="utf-8")
    later = (RAW / "manifest.json").stat().st_mtime_ns + 10**9
    os.utime(raw, ns=(later, later))
    if not edited:  # only touched
        local.check_raw_files([str(RAW / "manifest.json"), "data/raw/none/manifest.json"])
        return
    with pytest.raises(UserError, match=f"^{raw} is not what was written") as caught:
        local.check_raw_files([str(RAW / "manifest.json")])
    assert f"Delete it and {RAW / 'manifest.json'} and run" in str(caught.value)
    another_load(Path("own/load.csv"))
    local.check_raw_files([str(RAW / "manifest.json")])  # it is about to be taken anew
