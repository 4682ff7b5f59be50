"""Images from files to one array: the same pixels as Pillow's, broken files counted, resumed."""

import hashlib
import io

import numpy as np
import pandas as pd
import pytest
import torch
from image_files import folder, labels, picture, tar, zipped
from PIL import Image
from safetensors.torch import load_file, safe_open

from regression_unlearning.data import tensors
from regression_unlearning.data.families.images import decoding
from regression_unlearning.data.prepared import load_prepared, prepare, read_rows
from regression_unlearning.data.sources import image_folder
from regression_unlearning.data.work import Streamed
from regression_unlearning.errors import UserError

KINDS = ["png", "jpeg", "gif", "bmp", "webp"]


@pytest.fixture
def made(tmp_path):
    """Fetch and prepare some files as `image_folder` does; gives the prepared folder."""

    def make(files, pack=tar, name="faces.tar", more="", processes=1, **settings):
        source = tmp_path / "source"
        source.mkdir(exist_ok=True)
        pack(source / name, files)
        labels(source / "labels.csv", files, more)
        chosen = image_folder.Settings(
            images=name, labels="labels.csv", target="age", **{"size": 8, **settings}
        )
        raw = tmp_path / "raw" / "faces"
        image_folder.download(
            raw, chosen, mirror=source, checksums=tmp_path / "c.json", embedding=None
        )
        prepare(raw, tmp_path / "prepared", "image_folder", chosen, None, processes)
        return tmp_path / "prepared"

    return make


def resized(content, channels, size=8):
    image = Image.open(io.BytesIO(content)).convert("RGB" if channels == 3 else "L")
    image = image.resize((size, size), Image.Resampling.BILINEAR)
    return np.asarray(image).reshape(size, size, channels).transpose(2, 0, 1)


def gzipped(path, files):
    return tar(path, files, "w:gz")


@pytest.mark.parametrize(
    ("pack", "name", "channels"),
    [(tar, "a.tar", 3), (gzipped, "a.tar.gz", 1), (zipped, "a.zip", 3), (folder, "a", 3)],
)
def test_every_kind_of_place_gives_pillow_s_pixels(made, pack, name, channels):
    files = {
        f"deep/{number}.{kind}": picture(number, kind=kind, mode="L" if number % 3 else "RGB")
        for number, kind in enumerate(KINDS * 4)
    }
    prepared = made(files, pack, name, channels=channels)
    data, rows = load_prepared(prepared, "images"), read_rows(prepared)
    assert list(rows["id"]) == list(files) and list(rows["target"]) == [float(n) for n in range(20)]
    expected = np.stack([resized(content, channels) for content in files.values()])
    np.testing.assert_array_equal(data.inputs.images.numpy(), expected)
    assert data.rows_of("validation").tolist() == [6, 7, 16, 17]
    assert not (prepared / ".unfinished").exists()
    if pack is folder:  # it is read where it lies
        assert not list(prepared.parent.joinpath("raw/faces").glob("*.archive"))


def test_names_may_lack_the_archive_s_top_folder(made):
    files = {f"{number}.png": picture(number) for number in range(10)}

    def under(path, files):
        return tar(path, {f"./top/{name}": content for name, content in files.items()})

    assert len(read_rows(made(files, under))) == 10


def test_broken_images_are_left_out_counted_and_listed(made, caplog):
    files = {f"{number}.jpg": picture(number, kind="jpeg") for number in range(40)}
    good = dict(files)
    files["3.jpg"] = files["3.jpg"][:300]  # cut short
    files["17.jpg"] = b"no image"
    files["29.jpg"] = b""
    prepared = made(files, broken_share=0.1)
    rows = read_rows(prepared)
    kept = [name for name in files if name not in ("3.jpg", "17.jpg", "29.jpg")]
    assert list(rows["id"]) == kept and list(rows["row"]) == list(range(37))
    assert list(rows["target"]) == [float(name[:-4]) for name in kept]
    expected = np.stack([resized(good[name], 3) for name in kept])
    np.testing.assert_array_equal(load_prepared(prepared, "images").inputs.images.numpy(), expected)
    dropped = pd.read_csv(prepared / "dropped.csv")
    assert list(dropped["file"]) == ["3.jpg", "17.jpg", "29.jpg"]
    assert dropped["reason"].str.startswith("broken: ").all()
    assert "3 of 40 images do not decode (3.jpg: " in caplog.text


def test_too_many_broken_images_are_an_error(made):
    files = {f"{number}.png": picture(number) for number in range(10)} | {"4.png": b"no"}
    says = r"1 of 10 images do not decode \(4\.png: .*broken_share"
    with pytest.raises(UserError, match=says):
        made(files)


def test_interrupted_work_goes_on_and_ends_in_the_same_bytes(made, monkeypatch, tmp_path):
    files = {f"{number}.png": picture(number) for number in range(30)}
    monkeypatch.setattr(decoding, "PART_IMAGES", 4)
    straight = (made(files) / "arrays.safetensors").read_bytes()
    (tmp_path / "prepared/arrays.safetensors").unlink()
    plain, done = decoding.decode_part, []

    def falls(part):
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(part.file)
        return plain(part)

    monkeypatch.setattr(decoding, "decode_part", falls)
    with pytest.raises(KeyboardInterrupt):
        made(files)
    assert not (tmp_path / "prepared/arrays.safetensors").exists()
    again = []
    monkeypatch.setattr(
        decoding, "decode_part", lambda part: again.append(part.file) or plain(part)
    )
    resumed = (made(files) / "arrays.safetensors").read_bytes()
    assert resumed == straight
    assert len(again) == 5 and not set(again) & set(done)  # of eight parts


def test_processes_make_no_difference(made, monkeypatch, tmp_path):
    files = {f"{number}.jpg": picture(number, kind="jpeg") for number in range(30)}
    monkeypatch.setattr(decoding, "PART_IMAGES", 4)
    one = (made(files) / "arrays.safetensors").read_bytes()
    three = (made(files, processes=3) / "arrays.safetensors").read_bytes()
    assert one == three


@pytest.mark.parametrize("pack", [tar, folder])
def test_mended_files_and_other_settings_take_up_no_old_parts(made, tmp_path, pack):
    files = {f"{number}.png": picture(number) for number in range(10)}
    with pytest.raises(UserError, match="do not decode"):
        made({**files, "4.png": b"no"}, pack)
    assert list((tmp_path / "prepared/.unfinished").glob("images-*/*.npz"))
    assert len(read_rows(made(files, pack))) == 10
    assert load_prepared(made(files, pack, size=5), "images").inputs.size == 5


def test_streams_are_written_as_safetensors_reads_them(tmp_path):
    random = np.random.default_rng(0)
    arrays = {
        "a": random.integers(0, 255, (5, 3), np.uint8),
        "b": random.normal(size=(4,)).astype(np.float32),
        "c": random.integers(-9, 9, (2, 2, 2)),
        "none": np.zeros((0, 3), np.int32),
    }
    streams = {
        key: Streamed(array.dtype, array.shape, lambda array=array: iter(np.split(array, [1, 1])))
        for key, array in arrays.items()
    }
    tensors.write(tmp_path / "t.safetensors", {**streams, "b": arrays["b"]}, {"family": "é"})
    for key, tensor in load_file(tmp_path / "t.safetensors").items():
        np.testing.assert_array_equal(tensor.numpy(), arrays[key])
        assert tensor.dtype == torch.from_numpy(arrays[key]).dtype
    with safe_open(tmp_path / "t.safetensors", "pt") as file:
        assert file.metadata() == {"family": "é"} and set(file.keys()) == set(arrays)
    whole = hashlib.sha256()
    for key in sorted(arrays):
        about = f"{key} {arrays[key].dtype} {arrays[key].shape}"
        whole.update(about.encode() + arrays[key].tobytes())
    assert tensors.digest(streams) == tensors.digest(arrays) == whole.hexdigest()
    short = Streamed(np.dtype(np.uint8), (6, 3), lambda: iter([arrays["a"]]))
    with pytest.raises(ValueError, match="a: its blocks"):
        tensors.write(tmp_path / "t.safetensors", {"a": short}, {})
