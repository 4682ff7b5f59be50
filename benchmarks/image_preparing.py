"""Seconds and memory of preparing many images: decoded in parallel, in a stream.

Makes an archive of small JPEG files and its labels, prepares it by the workflow's own program, and
looks at the memory of that program and its processes ten times a second. Their resident sets are
added up, so that pages they share count more than once. With --images and --labels an archive that
lies in the data mirror is prepared instead.
"""

import argparse
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from regression_unlearning.data.sources import image_folder

PROGRAM = Path(__file__).parents[1] / "workflow_scripts" / "prepare.py"


def make(folder: Path, rows: int, size: int) -> None:
    """Write ``faces.tar`` and ``labels.csv``: a hundred different images, each many times."""
    random = np.random.default_rng(0)
    contents = []
    for _ in range(100):
        packed = io.BytesIO()
        Image.fromarray(random.integers(0, 256, (size, size, 3), np.uint8)).save(packed, "jpeg")
        contents.append(packed.getvalue())
    splits = ["train"] * 8 + ["val", "test"]
    with (
        tarfile.open(folder / "faces.tar", "w") as archive,
        (folder / "labels.csv").open("w", encoding="utf-8") as labels,
    ):
        labels.write("file,age,split,identity\n")
        for row in range(rows):
            name = f"faces/{row % 100:02d}/nm{row:07d}_rm{row * 37:010d}_1950-1-1_2000.jpg"
            info = tarfile.TarInfo(name)
            info.size = len(contents[row % 100])
            archive.addfile(info, io.BytesIO(contents[row % 100]))
            labels.write(f"{name},{row % 100},{splits[row % 10]},Person Number {row // 25}\n")


def resident(process: int) -> int:
    """Bytes of a process and of all that it started that are in memory."""
    total = 0
    try:
        fields = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()
        total = int(fields[1]) * os.sysconf("SC_PAGE_SIZE")
        children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    except OSError:
        return total
    return total + sum(resident(int(child)) for child in children.split())


def main() -> None:
    """Make or fetch, prepare, watch, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--from-size", type=int, default=16, help="pixels a side of the files")
    parser.add_argument("--size", type=int, default=32, help="pixels a side when prepared")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--mirror", type=Path, help="folder that holds --images and --labels")
    parser.add_argument("--images", default="faces.tar")
    parser.add_argument("--labels", default="labels.csv")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        if arguments.mirror is None:
            make(folder, arguments.rows, arguments.from_size)
        settings = image_folder.Settings(
            images=arguments.images, labels=arguments.labels, target="age", size=arguments.size
        )
        image_folder.download(
            folder / "raw",
            settings,
            mirror=arguments.mirror or folder,
            checksums=folder / "checksums.json",
            embedding=None,
        )
        begun = time.perf_counter()
        with subprocess.Popen([
            sys.executable, PROGRAM, "--loader", "image_folder", "--raw", folder / "raw",
            "--output", folder / "prepared", "--processes", str(arguments.processes),
            "--settings", json.dumps({"source": settings.plain(), "embedding": None}),
        ]) as program:  # fmt: skip
            peak = 0
            while program.poll() is None:
                peak = max(peak, resident(program.pid))
                time.sleep(0.1)
        spent = time.perf_counter() - begun
        if program.returncode:
            sys.exit(program.returncode)
        rows = sum(1 for _ in (folder / "prepared" / "rows.csv").open(encoding="utf-8")) - 1
        print(f"{rows:,} images in {spent:.1f} s, {rows / spent:,.0f} a second")
        print(f"most memory of all processes together: {peak / 2**20:,.0f} MiB")


if __name__ == "__main__":
    main()
