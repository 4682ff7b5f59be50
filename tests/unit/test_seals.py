"""Whatever byte of a sealed file changes, its reader says so, and names the file and the remedy."""

import json
import os

import numpy as np
import pytest
from safetensors.numpy import save_file

from regression_unlearning import seals
from regression_unlearning.errors import UserError
from regression_unlearning.evaluation import values
from regression_unlearning.evaluation.values import Value
from regression_unlearning.files import SEAL, read_npz, read_record, write_npz, write_record

RECORD = {"names": ["d", "f"], "seconds": 1.25, "note": "ü"}


def weights(path):
    save_file({"w": np.arange(6.0)}, path, metadata={SEAL: seals.OPEN})
    seals.seal(path)


KINDS = {
    "record": (lambda path: write_record(path, RECORD), read_record),
    "arrays": (lambda path: write_npz(path, {"a": np.arange(40.0)}), read_npz),
    "values": (lambda path: values.write(path, [Value("d", "f", "m", "q", 0, None, 0.5)]),
               values.read),
    "weights": (weights, lambda path: seals.check(path, header=True)),
}  # fmt: skip


@pytest.fixture(params=KINDS)
def file(request, tmp_path):
    write, read = KINDS[request.param]
    path = tmp_path / "file"
    write(path)
    return path, read


def refused(path, read):
    with pytest.raises(UserError, match="is not what was written|does not exist") as caught:
        read(path)
    said = str(caught.value)
    assert str(path) in said and "\n" not in said
    return said


def test_what_was_written_is_read(file):
    path, read = file
    read(path)


def test_every_flipped_bit_of_every_byte_is_found(file):
    path, read = file
    content, when = path.read_bytes(), path.stat()
    for at in range(len(content)):
        path.write_bytes(content[:at] + bytes([content[at] ^ (1 << at % 8)]) + content[at + 1 :])
        os.utime(path, ns=(when.st_atime_ns, when.st_mtime_ns))
        refused(path, read)


@pytest.mark.parametrize("harm", ["cut", "empty", "longer", "folder", "foreign", "absent"])
def test_other_damage_is_one_line(file, harm):
    path, read = file
    content = path.read_bytes()
    path.unlink()
    if harm == "folder":
        path.mkdir()
    elif harm != "absent":
        path.write_bytes({"cut": content[: len(content) // 2], "empty": b"",
                          "longer": content + b" ", "foreign": b"[]"}[harm])  # fmt: skip
    said = refused(path, read)
    assert harm == "absent" or "Delete it and run the same command again" in said


def test_a_record_is_plain_json_for_everybody_else(tmp_path):
    write_record(tmp_path / "r.json", RECORD)
    content = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert content.pop(SEAL).startswith(seals.MARK)
    assert content == {**RECORD, "written_as": "r.json"}
    assert read_record(tmp_path / "r.json") == RECORD


def test_the_same_content_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_record(tmp_path / name / "r.json", RECORD)
    assert (tmp_path / "a/r.json").read_bytes() == (tmp_path / "b/r.json").read_bytes()


@pytest.mark.parametrize("name", ["r.json", "r.npz"])
def test_a_file_of_another_name_is_no_stand_in(tmp_path, name):
    path, read = tmp_path / name, read_record if name == "r.json" else read_npz
    write_record(path, RECORD) if name == "r.json" else write_npz(path, {"a": np.arange(3)})
    read(path)
    other = path.rename(path.with_stem("seed_1"))
    with pytest.raises(UserError, match=f"seed_1.* it was written as {name}. Delete it"):
        read(other)


def test_a_file_that_keeps_no_place_is_not_sealed(tmp_path):
    (tmp_path / "f").write_bytes(b"text")
    with pytest.raises(ValueError, match="keeps no place"):
        seals.seal(tmp_path / "f")


def test_a_plug_in_s_json_is_taken_without_a_seal_where_that_is_allowed(tmp_path):
    (tmp_path / "manifest.json").write_text('{"files": {}}', encoding="utf-8")
    assert read_record(tmp_path / "manifest.json", plain=True) == {"files": {}}
    refused(tmp_path / "manifest.json", read_record)
