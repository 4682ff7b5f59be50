"""Images and archives as people have them: what is mended, what is refused, in one line each."""

import io
import tarfile
import unicodedata

import numpy as np
import pytest
from image_files import folder, labels, picture, tar, zipped
from PIL import Image

from regression_unlearning.data.families.images import pixels
from regression_unlearning.data.families.images.labels import read_labels
from regression_unlearning.data.families.images.places import index, locate, reader
from regression_unlearning.data.fetching import archives
from regression_unlearning.data.prepared import load_prepared, prepare
from regression_unlearning.data.sources import image_folder
from regression_unlearning.errors import UserError

COLOURS = np.random.default_rng(7).integers(0, 256, (14, 20, 3), np.uint8)
DEEP = np.random.default_rng(8).integers(0, 65536, (14, 20)).astype(np.uint16)
#: How each EXIF orientation (1 to 8) is undone, by the standard's own words on rows and columns.
UPRIGHT = {
    1: lambda a: a, 2: lambda a: a[:, ::-1], 3: lambda a: a[::-1, ::-1], 4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1), 6: lambda a: a.swapaxes(0, 1)[:, ::-1],
    7: lambda a: a.swapaxes(0, 1)[::-1, ::-1], 8: lambda a: a.swapaxes(0, 1)[::-1],
}  # fmt: skip


def packed(image, kind="png", **more):
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def square(array, channels=3):
    """As images were always read: 8 bits, colours or grey, stretched."""
    image = Image.fromarray(np.ascontiguousarray(array)).convert("RGB" if channels == 3 else "L")
    image = image.resize((6, 6), Image.Resampling.BILINEAR)
    return np.asarray(image).reshape(6, 6, channels).transpose(2, 0, 1)


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("kind", ["png", "webp"])
def test_an_orientation_is_applied(orientation, kind):
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = packed(Image.fromarray(COLOURS), kind, exif=exif, lossless=True)
    found, done = pixels.decode(content, 6, 3)
    np.testing.assert_array_equal(found, square(UPRIGHT[orientation](COLOURS)))
    assert done == ([pixels.TURNED] if orientation > 1 else [])


@pytest.mark.parametrize("exif", [b"Exif\0\0MM\0*\0\0\0\x08\0\x09", b"Exif\0\0", b"nothing"])
def test_damaged_exif_data_change_nothing(exif):
    found, done = pixels.decode(packed(Image.fromarray(COLOURS), exif=exif), 6, 3)
    np.testing.assert_array_equal(found, square(COLOURS))
    assert not done


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("kind", ["png", "tiff", "ppm"])
def test_sixteen_bits_become_eight_over_the_whole_range(kind, channels):
    found, done = pixels.decode(packed(Image.fromarray(DEEP), kind), 6, channels)
    expected = np.floor(DEEP / 65535 * 255 + 0.5).astype(np.uint8)
    np.testing.assert_array_equal(found, square(expected, channels))
    assert done == [pixels.SCALED]


@pytest.mark.parametrize(
    ("numbers", "says"), [(np.float32, "floating-point numbers"), (np.int32, "whole numbers")]
)
def test_numbers_without_a_range_are_refused(numbers, says):
    with pytest.raises(ValueError, match=f"its pixels are {says} of 32 bits.*; save it with 8 or"):
        pixels.decode(packed(Image.fromarray(DEEP.astype(numbers)), "tiff"), 6, 3)


def opaque(mode):
    image = Image.fromarray(COLOURS).convert(mode)
    if mode in ("RGBA", "LA"):
        image.putalpha(255)
    return image


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("mode", "kind", "more"),
    [
        ("RGB", "png", {}), ("L", "png", {}), ("1", "png", {}), ("P", "png", {}), ("P", "gif", {}),
        ("RGBA", "png", {}), ("LA", "png", {}), ("CMYK", "tiff", {}), ("RGB", "bmp", {}),
        ("P", "png", {"transparency": bytes([255] * 256)}), ("RGB", "webp", {"lossless": True}),
    ],
)  # fmt: skip
def test_what_was_read_well_gives_the_bytes_it_gave(mode, kind, more, channels):
    content = packed(opaque(mode), kind, **more)
    image = Image.open(io.BytesIO(content)).convert("RGB" if channels == 3 else "L")
    image = image.resize((6, 6), Image.Resampling.BILINEAR)
    found, done = pixels.decode(content, 6, channels)
    expected = np.asarray(image).reshape(6, 6, channels).transpose(2, 0, 1)
    np.testing.assert_array_equal(found, expected)
    assert not done


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_lies_on_white(mode):
    alpha = np.random.default_rng(9).integers(0, 256, (14, 20), np.uint8)
    image = Image.fromarray(COLOURS).convert(mode)
    colours = np.asarray(image.convert("RGB"), float)
    image.putalpha(Image.fromarray(alpha))
    found, done = pixels.decode(packed(image), 20, 3)
    share = alpha[:, :, None] / 255
    laid = np.floor(colours * share + 255 * (1 - share) + 0.5).astype(np.uint8)
    laid = Image.fromarray(laid).resize((20, 20), Image.Resampling.BILINEAR)
    # Pillow weighs in whole numbers: one step off at most, before and after the resizing
    assert np.abs(found.transpose(1, 2, 0).astype(int) - np.asarray(laid, int)).max() <= 2
    assert done == [pixels.LAID]


def test_kinds_are_counted_and_logged(tmp_path, caplog):
    caplog.set_level("INFO")
    clear = Image.fromarray(COLOURS)
    clear.putalpha(100)
    deep = packed(Image.fromarray(DEEP))
    files = {f"{n}.png": picture(n) for n in range(7)}
    files |= {"7.png": packed(clear), "8.png": deep, "9.png": deep}
    tar(tmp_path / "a.tar", files)
    labels(tmp_path / "labels.csv", files)
    chosen = image_folder.Settings(images="a.tar", labels="labels.csv", target="age", size=6)
    image_folder.download(
        tmp_path / "raw", chosen, mirror=tmp_path, checksums=tmp_path / "c", embedding=None
    )
    prepare(tmp_path / "raw", tmp_path / "prepared", "image_folder", chosen, None)
    assert "1 of 10 images have transparency, and were laid on white" in caplog.text
    assert "2 of 10 images have 16 bits a channel, which became 8" in caplog.text
    assert len(load_prepared(tmp_path / "prepared", "images").inputs.images) == 10


# Names

NAMES = {"caf\u00e9.png": b"1", "d/\u00fc.png": b"2"}
APART = {unicodedata.normalize("NFD", name): content for name, content in NAMES.items()}
LITTER = {"__MACOSX/._caf\u00e9.png": b"x", "d/._\u00fc.png": b"x", ".DS_Store": b"x"}


def unflagged(path, files):
    """A zip file whose names are UTF-8, and do not say so."""
    zipped(path, files)
    content = bytearray(path.read_bytes())
    for start, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(start)
        while at >= 0:
            content[at + flags + 1] &= ~0x08
            at = content.find(start, at + 1)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("pack", [tar, zipped, unflagged, folder])
@pytest.mark.parametrize("held", [NAMES, APART])
@pytest.mark.parametrize("asked", [NAMES, APART])
def test_names_are_compared_composed_and_litter_is_not_looked_at(tmp_path, pack, held, asked):
    place = pack(tmp_path / "place", {**held, **LITTER})
    assert set(index(place)) == set(NAMES)
    with reader(place) as read:
        assert [read(entry) for entry in locate(list(asked), place, "the list")] == [b"1", b"2"]


def test_one_name_in_two_spellings_is_two_rows_for_one_file(tmp_path):
    path = tmp_path / "labels.csv"
    rows = "".join(f"{name},1,train\n" for name in (*NAMES, *APART))
    path.write_text("file,age,split\n" + rows, encoding="utf-8")
    with pytest.raises(UserError, match="4 files have two rows or more"):
        read_labels(path, file="file", target="age", split="split", splits={"train": "train"})


@pytest.mark.parametrize("pack", [tar, zipped, folder])
def test_names_of_windows_are_found(tmp_path, pack):
    place = pack(tmp_path / "place", {"all/a/1.png": b"1", "all/b/1.png": b"2"})
    with reader(place) as read:
        found = [read(one) for one in locate(["b\\1.png", "a\\1.png"], place, "the list")]
    assert found == [b"2", b"1"]


@pytest.mark.parametrize("pack", [tar, zipped, folder])
@pytest.mark.parametrize("top", ["", "faces/"])
def test_names_may_lack_their_endings(tmp_path, pack, top):
    files = {f"{top}{name}": name.encode() for name in ("0.png", "1.JPG", "d/2.v1.png", "n.txt")}
    place = pack(tmp_path / "place", files)
    with reader(place) as read:
        found = [read(one) for one in locate(["1", "d/2.v1", "0"], place, "the list")]
    assert found == [b"1.JPG", b"d/2.v1.png", b"0.png"]
    with pytest.raises(UserError, match="lacks 1 of the 2 files of the list: 'n'"):
        locate(["0", "n"], place, "the list")
    twice = pack(tmp_path / "twice", {**files, f"{top}0.jpg": b""})
    with pytest.raises(UserError, match="lacks 1 of the 2 files of the list: '0'"):
        locate(["1", "0"], twice, "the list")


def test_a_name_in_other_letters_is_suggested(tmp_path):
    place = tar(tmp_path / "a.tar", {"0.PNG": b"", "1.png": b""})
    with pytest.raises(
        UserError, match=r"lacks 1 of the 2 .*'0\.png'\. It holds '0\.PNG', which is"
    ):
        locate(["0.png", "1.png"], place, "the list")


def sparse(kind, size, *stretches):
    """An old GNU or a PAX (0.1) tar of one sparse file; each stretch is (offset, content)."""
    places = [(at, len(content)) for at, content in stretches]
    packed_up = b"".join(content for _, content in stretches)
    info = tarfile.TarInfo("a")
    info.size = len(packed_up)
    if kind == "pax":
        info.pax_headers = {
            "GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.name": "a",
            "GNU.sparse.size": str(size),
            "GNU.sparse.map": ",".join(f"{at},{length}" for at, length in places),
        }  # fmt: skip
        head = info.tobuf(tarfile.PAX_FORMAT)
    else:
        block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
        block[156:157] = tarfile.GNUTYPE_SPARSE
        for number, place in enumerate(places):
            fields = b"".join(b"%011o\0" % value for value in place)
            block[386 + 24 * number : 410 + 24 * number] = fields
        block[483:495] = tarfile.itn(size, 12, tarfile.GNU_FORMAT)
        block[148:156] = b"        "
        block[148:156] = b"%06o\0 " % sum(block)
        head = bytes(block)
    return head + packed_up + bytes(-len(packed_up) % 512 + 1024)


@pytest.mark.parametrize("kind", ["gnu", "pax"])
def test_a_sparse_member_has_zeros_where_nothing_was_packed(tmp_path, kind):
    path = tmp_path / "a.tar"
    path.write_bytes(sparse(kind, 3000, (512, b"begin"), (2000, b"end")))
    expected = bytes(512) + b"begin" + bytes(2000 - 517) + b"end" + bytes(997)
    with reader(path) as read:
        assert read(index(path)["a"]) == expected
    archives.unpack(path, [("a", tmp_path / "out")], check=lambda *_: None, advice="")
    assert (tmp_path / "out").read_bytes() == expected


def twice(path):
    zipped(path, {"aXb": b"1", "aYb": b"2"})
    path.write_bytes(path.read_bytes().replace(b"aXb", b"aYb"))


def taped_twice(path):
    with tarfile.open(path, "w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
        archive.addfile(tarfile.TarInfo("a"))


def with_nul(path):
    zipped(path, {"aXb": b"1"})
    path.write_bytes(path.read_bytes().replace(b"aXb", b"a\0b"))


def bomb(path):
    path.write_bytes(sparse("gnu", 40 << 30, (0, b"1")))


@pytest.mark.parametrize(
    ("make", "name", "says"),
    [
        (twice, "aYb", "is in it twice"),
        (taped_twice, "a", "is in it twice"),
        (with_nul, "a\0b", "has a NUL character in its name"),
        (bomb, "a", "unpacks to more than 1 GiB"),
        (lambda path: path.write_bytes(sparse("pax", 40 << 30, (0, b"1"))), "a", "more than 1 GiB"),
    ],
)
def test_archives_that_are_refused(tmp_path, make, name, says):
    make(tmp_path / "a")
    with pytest.raises(UserError, match=says) as caught:
        index(tmp_path / "a")
    assert "\n" not in str(caught.value) and "\0" not in str(caught.value)
    with pytest.raises(UserError, match=says):
        archives.unpack(
            tmp_path / "a", [(name, tmp_path / "out")], check=lambda *_: None, advice=""
        )
    assert not (tmp_path / "out").exists()


def test_a_file_too_large_for_an_image_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST", 100)
    monkeypatch.setattr(archives, "MOST_TIMES", 1)
    for pack in (folder, tar, zipped):
        place = pack(tmp_path / pack.__name__, {"a": bytes(500), "b": bytes(100)})
        with reader(place) as read:
            entries = {"a": (0, 500), "b": (0, 100)} if pack is tar else {"a": "a", "b": "b"}
            assert len(read(entries["b"])) == 100
            with pytest.raises(ValueError, match="unpacks to more than"):
                read(entries["a"])


def test_a_packed_file_stops_where_it_grows_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST", 5000)
    monkeypatch.setattr(archives, "MOST_TIMES", 1)
    path = tmp_path / "a"
    path.write_bytes(b"x" * 10)
    with pytest.raises(archives.Spoilt, match="unpacks to more than"):
        archives.copy(io.BytesIO(bytes(6000)), tmp_path / "out", path, "")
