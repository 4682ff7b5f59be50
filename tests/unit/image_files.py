"""Small real image files, and archives of them."""

import io
import tarfile
import zipfile

import numpy as np
from PIL import Image


def picture(number: int, size=(20, 14), kind="png", mode="RGB") -> bytes:
    """An image that no other number gives."""
    values = np.random.default_rng(number).integers(0, 256, (size[1], size[0], 3), np.uint8)
    packed = io.BytesIO()
    Image.fromarray(values).convert(mode).save(packed, kind)
    return packed.getvalue()


def tar(path, files, kind="w", links=()):
    """Write a tar of named contents, and of links."""
    with tarfile.open(path, kind) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for name, target in links:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return path


def zipped(path, files):
    """Write a zip of named contents."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def folder(path, files):
    """Write a folder of named contents."""
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def labels(path, files, more=""):
    """Write labels for some files: six train, two validation, two test, and so on."""
    parts = ["train"] * 6 + ["val"] * 2 + ["test"] * 2
    lines = [f"{name},{number},{parts[number % 10]}" for number, name in enumerate(files)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["file,age,split", *lines]) + "\n" + more, encoding="utf-8")
    return path
