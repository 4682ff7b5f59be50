"""Wrong files that are no text: archives, images, .mat, .npz, safetensors; each a few bytes."""

import io
import json
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable

import numpy as np

HTML = b"<html><body>502 Bad Gateway</body></html>\n"


def packed(write: Callable, *arguments, **named) -> bytes:
    """What a function writes into a file."""
    out = io.BytesIO()
    write(out, *arguments, **named)
    return out.getvalue()


def tar(*names: str, kind: bytes = tarfile.REGTYPE, mode: str = "w", data: bytes = b"x") -> bytes:
    """A tar file of some members."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "elsewhere"
            info.size = len(data) if kind == tarfile.REGTYPE else 0
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zipped(*names: str, mode: int = 0o100644, data: bytes = b"x" * 400) -> bytes:
    """A zip file of some members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return out.getvalue()


def flipped(content: bytes, part: float) -> bytes:
    """One byte is another."""
    at = int(part * len(content))
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


def locked(content: bytes) -> bytes:
    """A zip file whose members say that they are encrypted."""
    found = bytearray(content)
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        found[found.index(sign) + at] |= 1
    return bytes(found)


def strange(content: bytes) -> bytes:
    """A zip file whose members say that they are packed in a way that nobody knows."""
    found = bytearray(content)
    for sign, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        found[found.index(sign) + at] = 77
    return bytes(found)


def png(width: int = 4, height: int = 4, data: bytes | None = None) -> bytes:
    """A grey image, with a header and rows that need not agree."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    rows = b"".join(b"\0" + b"\x55" * 4 for _ in range(4)) if data is None else data
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )  # fmt: skip


def picture(kind: str) -> bytes:
    """A whole image of 16 x 16 pixels."""
    from PIL import Image

    return packed(Image.fromarray(np.arange(256, dtype=np.uint8).reshape(16, 16)).save, kind)


def mat(*, packed_too: bool = False, **fields) -> bytes:
    """A .mat file with a structure `wiki`."""
    from scipy.io import savemat

    return packed(savemat, {"wiki": fields}, do_compression=packed_too)


MAT = {
    "dob": [700_000.0, 700_001.0], "photo_taken": [2000.0, 2001.0],
    "full_path": np.array(["a.jpg", "b.jpg"], object), "name": np.array(["A", "B"], object),
    "face_score": [2.0, 3.0], "second_face_score": [np.nan, np.nan],
}  # fmt: skip


def tensors(header: object, data: bytes = b"") -> bytes:
    """A safetensors file with any header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def weight(**changed) -> dict:
    """The header of one weight of two numbers."""
    return {"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8], **changed}}


def rows() -> dict[str, list[tuple[str, bytes, str]]]:
    """Reader to (what is wrong, content, what the line names beside the file)."""
    npz = packed(np.savez, a=np.arange(400), b=np.arange(3))
    small = packed(np.savez_compressed, a=np.arange(400), b=np.arange(3))
    whole, jpeg = mat(**MAT), picture("JPEG")
    good = tensors(weight(), bytes(8))
    return {
        "index": [
            ("nothing", b"", ""),
            ("a page", HTML, "web page"),
            ("noise", bytes(range(256)) * 4, ""),
            ("a link", tar("a", kind=tarfile.SYMTYPE), "'a'"),
            ("a hard link", tar("a", kind=tarfile.LNKTYPE), "'a'"),
            ("a device", tar("a", kind=tarfile.CHRTYPE), "'a'"),
            ("a pipe", tar("a", kind=tarfile.FIFOTYPE), "'a'"),
            ("up", tar("../a"), "'../a'"),
            ("up inside", tar("a/../../b"), "'a/../../b'"),
            ("absolute", tar("/a"), "'/a'"),
            ("a drive", tar("C:/a"), "'C:/a'"),
            ("cut tar", tar("a", "b", data=b"y" * 3000)[:2000], ""),
            ("flipped tar", flipped(tar("a", "b"), 0.005), ""),
            ("zip up", zipped("../a"), "'../a'"),
            ("zip absolute", zipped("/a"), "'/a'"),
            ("zip link", zipped("a", mode=0o120777), "'a'"),
            ("zip locked", locked(zipped("a")), "password"),
            ("cut zip", zipped("a", "b")[:-30], ""),
            ("zip sign alone", b"PK", ""),
        ],
        "unpack": [
            ("nothing", b"", ""),
            ("a page", HTML, "web page"),
            ("lacks it", tar("b"), "'a'"),
            ("holds it twice", tar("x/a", "y/a"), "x/a"),
            ("a link", tar("a", kind=tarfile.SYMTYPE), "'a'"),
            ("a folder", tar("a", kind=tarfile.DIRTYPE), "'a'"),
            ("a device", tar("a", kind=tarfile.BLKTYPE), "'a'"),
            ("up", tar("../a"), "'../a'"),
            ("absolute", tar("/x/a"), "'/x/a'"),
            ("cut gzip", tar("a", mode="w:gz", data=bytes(range(256)) * 99)[:200], ""),
            ("flipped gzip", flipped(tar("a", mode="w:gz", data=bytes(range(256)) * 9), 0.5), ""),
            ("cut bzip2", tar("a", mode="w:bz2")[:60], ""),
            ("cut xz", tar("a", mode="w:xz")[:90], ""),
            ("cut tar", tar("a", data=b"y" * 3000)[:2000], ""),
            ("zip locked", locked(zipped("a")), ""),
            ("zip strange", strange(zipped("a")), ""),
            ("zip flipped", flipped(zipped("a", data=bytes(range(256)) * 3), 0.3), ""),
            ("zip link", zipped("a", mode=0o120777), "'a'"),
            ("zip cut", zipped("a")[:-30], ""),
        ],
        "image": [
            ("nothing", b"", ""),
            ("a page", HTML, ""),
            ("cut JPEG", jpeg[: len(jpeg) // 2], ""),
            ("JPEG sign alone", jpeg[:3], ""),
            ("cut PNG", png()[:40], ""),
            ("PNG without rows", png(data=b""), ""),
            ("PNG too large", png(60_000, 60_000), ""),
            ("PNG without width", png(0, 4), ""),
            ("cut GIF", picture("GIF")[:40], ""),
            ("cut BMP", picture("BMP")[:60], ""),
            ("cut TIFF", picture("TIFF")[:60], ""),
            ("noise", bytes(range(256)), ""),
            ("a pickle", b"\x80\x04K\x01.", ""),
        ],
        "mat": [
            ("nothing", b"", "wiki.mat"),
            ("a page", HTML, "wiki.mat"),
            ("cut", whole[: len(whole) // 2], "wiki.mat"),
            ("cut head", whole[:100], "wiki.mat"),
            ("flipped", flipped(mat(packed_too=True, **MAT), 0.6), "wiki.mat"),
            ("HDF5", b"\x89HDF\r\n\x1a\n" + bytes(600), "wiki.mat"),
            ("another name", whole.replace(b"wiki", b"wike"), "wiki.mat"),
            ("a field less", mat(**{k: v for k, v in MAT.items() if k != "dob"}), "wiki.mat"),
            ("uneven", mat(**{**MAT, "dob": [1.0]}), "wiki.mat"),
            ("words for numbers", mat(**{**MAT, "face_score": "high"}), "wiki.mat"),
            ("no structure", packed(__import__("scipy.io").io.savemat, {"wiki": 3.0}), "wiki.mat"),
        ],
        "npz": [
            ("nothing", b"", ""),
            ("a page", HTML, ""),
            ("cut", npz[: len(npz) // 2], ""),
            ("cut end", npz[:-10], ""),
            ("flipped", flipped(npz, 0.5), ""),
            ("flipped packed", flipped(small, 0.3), ""),
            ("lacks one", packed(np.savez, a=np.arange(3)), "b"),
            ("one array alone", packed(np.save, np.arange(3)), ""),
            ("a pickle", b"\x80\x04K\x01.", ""),
            ("objects", packed(np.savez, a=np.array([{}]), b=np.arange(3)), ""),
            ("zip of text", zipped("a.npy", "b.npy"), ""),
            ("zip locked", locked(npz), ""),
            ("zip strange", strange(small), ""),
            ("empty zip", zipped(), ""),
        ],
        "weights": [
            ("nothing", b"", ""),
            ("a page", HTML, ""),
            ("a pickle", b"\x80\x04K\x01.", "safetensors"),
            ("torch.save", zipped("archive/data.pkl"), "safetensors"),
            ("cut head", good[:20], ""),
            ("cut", good[:-4], ""),
            ("too long", good + b"more", ""),
            ("a length beyond all", b"\xff" * 8 + b"{}", ""),
            ("no JSON", tensors(b"{'w': 1}"), ""),
            ("a list", tensors([1]), ""),
            ("no weight", tensors({}), "no weights"),
            ("a kind unknown", tensors(weight(dtype="F99"), bytes(8)), ""),
            ("a shape too large", tensors(weight(shape=[9]), bytes(8)), ""),
            ("a shape below 0", tensors(weight(shape=[-2]), bytes(8)), ""),
            ("places swapped", tensors(weight(data_offsets=[8, 0]), bytes(8)), ""),
            ("a gap", tensors(weight(data_offsets=[4, 12]), bytes(12)), ""),
            ("not UTF-8", tensors(b'{"\xff": {}}'), ""),
        ],
        "prepared": [
            ("nothing", b"", ""),
            ("a page", HTML, ""),
            ("cut", good[:-4], ""),
            ("not prepared here", good, ""),
            ("other words", tensors({**weight(), "__metadata__": {"prepared": "{"}}, bytes(8)), ""),
            ("a list", tensors({**weight(), "__metadata__": {"prepared": "[]"}}, bytes(8)), ""),
            (
                "another family",
                tensors(
                    {
                        **weight(),
                        "__metadata__": {"prepared": '{"family": "images", "sha256": "0"}'},
                    },
                    bytes(8),
                ),
                "",
            ),
            (
                "lacks the target",
                tensors(
                    {
                        **weight(),
                        "__metadata__": {"prepared": '{"family": "sentence_pairs", "sha256": "0"}'},
                    },
                    bytes(8),
                ),
                "",
            ),
        ],
        "parts": [
            ("nothing", b"", ""),
            ("other arrays", packed(np.savez, a=np.arange(3)), ""),
            ("words", packed(np.savez, retain=np.array(["a"]), forget=np.array(["b"])), ""),
            ("a pickle", b"\x80\x04K\x01.", ""),
            ("a folder's page", HTML, ""),
        ],
        "observation": [
            ("nothing", b"", ""),
            ("other arrays", packed(np.savez, a=np.arange(3)), ""),
            ("a pickle", b"\x80\x04K\x01.", ""),
            ("cut", npz[: len(npz) // 2], ""),
        ],
    }
