"""CIFAR-10: the publisher's binary archive, and images and labels of a mirror."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from image_files import folder, picture, tar, zipped

from regression_unlearning.data.fetching.raw_file import MANIFEST
from regression_unlearning.data.prepared import load_prepared, prepare, read_rows
from regression_unlearning.data.sources import cifar10
from regression_unlearning.errors import UserError
from regression_unlearning.files import read_record, sha256
from regression_unlearning.settings.section import validated

GENERATOR = np.random.default_rng(0)
#: Of each file 4 records: classes 0 to 3 and their pixels, red, green and blue one after the other.
RECORDS = {name: GENERATOR.integers(0, 256, (4, 3073), np.uint8) for name in cifar10.FILES}
for one in RECORDS.values():
    one[:, 0] = range(4)
PLACE = "cifar-10-batches-bin/"


def archive(path, links=(), **changed):
    """The publisher's archive with 4 images a file; some files are other bytes, or left out."""
    files = {name: one.tobytes() for name, one in RECORDS.items()} | changed
    files = {PLACE + name: content for name, content in files.items() if content is not None}
    path.parent.mkdir(exist_ok=True)
    tar(path, {PLACE + "readme.html": b"<html>", **files}, "w:gz", links)
    return hashlib.md5(path.read_bytes()).hexdigest()


def listed(path, count=12):
    """Labels of a mirror: half for training, then validation, then test."""
    parts = ["train"] * (count // 2) + ["validation"] * (count // 4) + ["test"] * (count // 4)
    lines = [f"{n}.png,{n % 3},name {n % 3},{part}" for n, part in enumerate(parts)]
    path.write_text("\n".join(["file,label,name,split", *lines]) + "\n", encoding="utf-8")
    return {f"{n}.png": picture(n) for n in range(count)}


@pytest.fixture
def run(tmp_path):
    """Fetch from a mirror and prepare; gives rows, and pixels as the family holds them."""
    (tmp_path / "mirror/cifar10").mkdir(parents=True)

    def go(**settings):
        chosen = validated(cifar10.Settings, settings)
        raw = tmp_path / "raw/it"
        mirror, checksums = tmp_path / "mirror", tmp_path / "checksums.json"
        cifar10.download(raw, chosen, mirror=mirror, checksums=checksums, embedding=None)
        prepare(raw, tmp_path / "prepared", "cifar10", chosen, None)
        data = load_prepared(tmp_path / "prepared", "images")
        return read_rows(tmp_path / "prepared"), data.inputs.images.numpy()

    return go


def test_the_publisher_s_records_become_images(run, tmp_path):
    md5 = archive(tmp_path / "mirror" / cifar10.PACKED)
    rows, pixels = run(md5=md5, validation=5)
    assert rows["split"].value_counts().to_dict() == {"train": 15, "validation": 5, "test": 4}
    for name, split, target, word, image in zip(
        rows["id"], rows["split"], rows["target"], rows["name"], pixels, strict=True
    ):
        stem, _, number = name.removesuffix(".ppm").partition("/")
        record = RECORDS[f"{stem}.bin"][int(number)]
        assert (split == "test") == (stem == "test_batch")
        assert target == record[0]
        assert word == ("airplane", "automobile", "bird", "cat")[record[0]]
        for colour in range(3):
            plane = record[1 + 1024 * colour :][:1024]
            assert image[colour].tolist() == [
                list(plane[at : at + 32]) for at in range(0, 1024, 32)
            ]
    manifest = read_record(tmp_path / "raw/it" / MANIFEST)
    assert set(manifest["files"]) == {cifar10.PACKED, cifar10.ARCHIVE, cifar10.LABELS}
    for name, known in manifest["files"].items():
        assert known["sha256"] == sha256(tmp_path / "raw/it" / name)
    again = {name: known["sha256"] for name, known in manifest["files"].items()}
    run(md5=md5, validation=5)
    manifest = read_record(tmp_path / "raw/it" / MANIFEST)
    assert {name: known["sha256"] for name, known in manifest["files"].items()} == again


BIN = "data_batch_2.bin"


@pytest.mark.parametrize(
    ("changed", "settings", "says"),
    [
        ({}, {"md5": "0" * 32}, r"expected MD5 0{32}, got [0-9a-f]{32}\. It was not kept"),
        ({BIN: b"\x01" * 3072}, {}, r"data_batch_2\.bin: 3,072 bytes are no whole number of rec"),
        ({BIN: b""}, {}, r"data_batch_2\.bin: 0 bytes are no whole number of records of 3,073"),
        ({BIN: b"\x0a" * 3073}, {}, r"data_batch_2\.bin, record 0: class 10 is none of 0 to 9"),
        ({BIN: None}, {}, r"holds no member 'data_batch_2\.bin'; it holds .*data_batch_1"),
        ({}, {"validation": 20}, r"validation: 20 images are asked for, .* holds 20 for training"),
    ],
)
def test_an_archive_of_another_form_is_refused(changed, settings, says, run, tmp_path):
    md5 = archive(tmp_path / "mirror/cifar10" / cifar10.PACKED, **changed)
    with pytest.raises(UserError, match=says):
        run(**{"md5": md5, "validation": 4, **settings})
    assert not (tmp_path / "prepared").exists()
    assert not (tmp_path / "raw/it" / cifar10.ARCHIVE).exists()


def test_a_link_in_the_archive_is_not_followed(run, tmp_path):
    links = [(PLACE + BIN, "/etc/passwd")]
    md5 = archive(tmp_path / "mirror" / cifar10.PACKED, links, **{BIN: None})
    with pytest.raises(UserError, match=r"refused to unpack .*data_batch_2.*is a link or a device"):
        run(md5=md5, validation=4)


@pytest.mark.parametrize("pack", [zipped, folder])
def test_images_and_labels_of_a_mirror_are_taken_first(pack, run, tmp_path):
    mirror = tmp_path / "mirror"
    archive(mirror / cifar10.PACKED)
    pack(mirror / "cifar10/images.zip", listed(mirror / "cifar10/labels.csv"))
    rows, pixels = run()
    assert rows["split"].value_counts().to_dict() == {"train": 6, "validation": 3, "test": 3}
    assert rows["target"].tolist() == [n % 3 for n in range(12)]
    assert rows["name"].tolist() == [f"name {n % 3}" for n in range(12)]
    assert pixels.shape == (12, 3, 32, 32)
    assert not (tmp_path / "raw/it" / cifar10.PACKED).exists()


def test_a_part_of_the_images_is_drawn_by_a_seed(run, tmp_path):
    place = tmp_path / "mirror/cifar10"
    zipped(place / "images.zip", listed(place / "labels.csv", count=400))
    whole, pixels = run()
    frames = []
    for seed in (0, 0, 1):
        rows, chosen = run(drawn={"train": 50, "validation": 7, "seed": seed})
        found = rows["split"].value_counts().to_dict()
        assert found == {"train": 50, "validation": 7, "test": 100}
        at = whole.set_index("id").loc[rows["id"], "row"].to_numpy()
        assert (np.diff(at) > 0).all()
        assert np.array_equal(chosen, pixels[at])
        frames.append(rows)
    pd.testing.assert_frame_equal(frames[0], frames[1])
    shared = set(frames[0]["id"]) & set(frames[2]["id"])
    assert len(shared) < 157
