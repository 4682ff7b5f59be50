"""Files appear whole or not at all."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regression_unlearning import files
from regression_unlearning.errors import UserError


def names(folder):
    return sorted(path.name for path in folder.rglob("*"))


def test_what_is_written_appears_with_its_folders(tmp_path):
    with files.whole(tmp_path / "a" / "b" / "c.txt") as part:
        assert part.suffix == ".txt" and part.parent == tmp_path / "a" / "b"
        part.write_text("x")
        assert not (tmp_path / "a" / "b" / "c.txt").exists()
    assert names(tmp_path) == ["a", "b", "c.txt"]
    assert (tmp_path / "a" / "b" / "c.txt").read_text() == "x"


@pytest.mark.parametrize(
    "error", [RuntimeError, KeyboardInterrupt, SystemExit, UserError, ValueError]
)
def test_an_error_inside_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "c.txt"
    path.write_text("old")
    with pytest.raises(error), files.whole(path) as part:
        part.write_text("new, half")
        raise error("stop")
    assert names(tmp_path) == ["c.txt"] and path.read_text() == "old"


def test_an_error_of_the_system_becomes_the_user_s(tmp_path):
    says = pytest.raises(UserError, match=r"cannot write .*c\.txt: No space left.*run the same")
    with says, files.whole(tmp_path / "c.txt") as part:
        part.write_text("half")
        raise OSError(28, "No space left on device")
    assert names(tmp_path) == []


def test_a_block_that_writes_nothing_is_an_error(tmp_path):
    with pytest.raises(UserError, match="cannot write"), files.whole(tmp_path / "c.txt"):
        pass
    assert names(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"cannot make the folder .*file"):
        files.write_text(tmp_path / "file" / "c.txt", "x")


def test_two_writers_do_not_share_a_name(tmp_path):
    with files.whole(tmp_path / "c.txt") as part:
        assert str(os.getpid()) in part.name and part.name.startswith(".")
        with files.whole(tmp_path / "d.txt") as other:
            other.write_text("d")
            part.write_text("c")
            assert part != other
    assert names(tmp_path) == ["c.txt", "d.txt"]


FULL = """
import resource, sys, json
from pathlib import Path
import numpy as np
import torch
from regression_unlearning import files
from regression_unlearning.errors import UserError
from regression_unlearning.training import checkpoints, state
from regression_unlearning.training.optimiser import Adam
sys.dont_write_bytecode = True  # Python keeps bytecode that was cut short
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
model = torch.nn.Linear(200, 200)
writers = {
    "text": lambda path: files.write_text(path, "x" * 100_000),
    "npz": lambda path: files.write_npz(path, {"a": np.random.default_rng(0).random(100_000)}),
    "checkpoint": lambda path: checkpoints.save(model, path, {"a": 1}),
    "state": lambda path: state.save(path, "f", model, Adam(model.parameters()), None, {}, {}),
}
said = {}
for name, write in writers.items():
    path = Path(sys.argv[1]) / name / "here.safetensors"
    path.parent.mkdir()
    path.write_bytes(b"old")
    try:
        write(path)
    except UserError as error:
        said[name] = str(error)
print(json.dumps(said))
"""


def test_a_full_disk_leaves_the_old_file_and_says_what_to_do(tmp_path):
    """The system refuses to write more than 20 kB, to each kind of writer."""
    ended = subprocess.run(
        [sys.executable, "-c", FULL, tmp_path], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    said = json.loads(ended.stdout)
    assert set(said) == {"text", "npz", "checkpoint", "state"}
    for name, message in said.items():
        path = tmp_path / name / "here.safetensors"
        assert message.startswith(f"cannot write {path}: ") and "too large" in message
        assert "run the same command again" in message
        assert set(names(path.parent)) <= {"here.safetensors", "here.json"}
        assert path.read_bytes() == b"old"


def test_npz_bytes_depend_on_the_arrays_alone(tmp_path, monkeypatch):
    generator = np.random.default_rng(0)
    arrays = {
        "a/b": generator.random((3, 4)).astype(np.float32), "n": np.arange(5, dtype=np.int32),
        "flag": np.array([True, False]), "word": np.array("mse"), "none": np.empty((0, 2)),
    }  # fmt: skip
    files.write_npz(tmp_path / "one.npz", arrays)
    first = (tmp_path / "one.npz").read_bytes()
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    files.write_npz(tmp_path / "one.npz", {k: np.asfortranarray(v) if k == "n" else v
                                           for k, v in arrays.items()})  # fmt: skip
    assert (tmp_path / "one.npz").read_bytes() == first
    read = files.read_npz(tmp_path / "one.npz")
    assert list(read) == list(arrays)
    for name, array in arrays.items():
        assert read[name].dtype == array.dtype and read[name].shape == array.shape
        np.testing.assert_array_equal(read[name], array)


def test_npz_holds_no_pickles(tmp_path):
    with pytest.raises(ValueError, match="allow_pickle"):
        files.write_npz(tmp_path / "o.npz", {"o": np.array([{}], dtype=object)})
    assert names(tmp_path) == []
    np.savez(tmp_path / "p.npz", o=np.array([{}], dtype=object))
    with pytest.raises(UserError, match=r"p\.npz is not what was written"):
        files.read_npz(tmp_path / "p.npz")


def test_some_arrays_of_a_file_and_one_that_it_lacks(tmp_path):
    files.write_npz(tmp_path / "f.npz", {"a": np.ones(2), "b": np.zeros(2)})
    assert list(files.read_npz(tmp_path / "f.npz", ["b"])) == ["b"]
    with pytest.raises(UserError, match=r"f\.npz.*nothing"):
        files.read_npz(tmp_path / "f.npz", ["nothing"])


@pytest.mark.parametrize("cut", [0, 1, 40, 200, -30, -1])
def test_a_cut_npz_is_named(tmp_path, cut):
    path = tmp_path / "f.npz"
    files.write_npz(path, {"a": np.random.default_rng(0).random(50)})
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(UserError, match=r"f\.npz is not what was written.*Delete it"):
        files.read_npz(path)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.text(max_size=5), st.one_of(st.integers(), st.text(), st.none())))
def test_json_comes_back(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("j") / "v.json"
    files.write_json(path, value)
    assert json.loads(path.read_text("utf-8")) == value


def test_json_has_no_number_that_is_none(tmp_path):
    with pytest.raises(ValueError, match="JSON compliant"):
        files.write_json(tmp_path / "v.json", {"a": float("nan")})
    assert names(tmp_path) == []


def test_sha256_is_that_of_the_content(tmp_path):
    (tmp_path / "f").write_bytes(b"abc")  # FIPS 180-2's own example
    assert files.sha256(tmp_path / "f").startswith("ba7816bf8f01cfea414140de5dae2223b00361a3")
