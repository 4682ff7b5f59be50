"""Decode and resize images once: in parallel processes, in parts, each part a file of its own.

A part that is done is never done again, so interrupted work resumes where it stopped; and no more
than one part per process is in memory.
"""

import hashlib
import json
import logging
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from regression_unlearning.data.families.images.pixels import BROKEN, RULES, decode
from regression_unlearning.data.families.images.places import Entry, reader
from regression_unlearning.data.work import Streamed, Work
from regression_unlearning.errors import UserError
from regression_unlearning.files import read_npz, write_npz
from regression_unlearning.program.processes import end_with
from regression_unlearning.program.progress import Progress

log = logging.getLogger(__name__)

#: Bytes of decoded pixels in one part, and the most images in it.
PART_BYTES, PART_IMAGES = 16 << 20, 2048


@dataclass(frozen=True)
class Part:
    """Images that one process decodes in one call.

    Attributes
    ----------
    file : Path
        The result's file.
    images : sequence of (Path, Entry)
        Archive or folder, and the image's place in it.
    size, channels : int
        Pixels per side; 3 for colours, 1 for grey.
    """

    file: Path
    images: Sequence[tuple[Path, Entry]]
    size: int
    channels: int


def decode_part(part: Part) -> Path:
    """Decode the images of one part into its file; a broken image leaves zeros and the reason.

    The file also lists the conversions that images needed (see `pixels.decode`), one entry for
    each.
    """
    pixels = np.zeros((len(part.images), part.channels, part.size, part.size), np.uint8)
    problems = [""] * len(part.images)
    done: list[str] = []
    for source in dict.fromkeys(path for path, _ in part.images):
        with reader(source) as read:
            for number, (path, entry) in enumerate(part.images):
                if path != source:
                    continue
                try:
                    pixels[number], conversions = decode(read(entry), part.size, part.channels)
                    done += conversions
                except BROKEN as error:
                    message = re.sub(r" ?<_io.BytesIO[^>]*>", "", str(error))
                    problems[number] = (message.splitlines() or [type(error).__name__])[0][:200]
    arrays = {"pixels": pixels, "problems": np.array(problems), "done": np.array(done, str)}
    write_npz(part.file, arrays, compressed=False)
    return part.file


def _parts(
    images: Sequence[tuple[Path, Entry]], size: int, channels: int, folder: Path
) -> list[Part]:
    count = min(PART_IMAGES, max(1, PART_BYTES // (channels * size * size)))
    return [
        Part(folder / f"{start:09d}.npz", images[start : start + count], size, channels)
        for start in range(0, len(images), count)
    ]


def _identity(images: Sequence[tuple[Path, Entry]], size: int, channels: int) -> str:
    import PIL

    digest = hashlib.sha256(json.dumps([size, channels, PIL.__version__, RULES]).encode())
    for path in dict.fromkeys(path for path, _ in images):
        status = path.stat()
        digest.update(f"{path} {status.st_size} {status.st_mtime_ns}".encode())
    for path, entry in images:
        digest.update(f"{path.name} {entry}\n".encode())
        if path.is_dir():
            status = (path / entry).stat()
            digest.update(f"{status.st_size} {status.st_mtime_ns}".encode())
    return digest.hexdigest()[:16]


def _decoded(parts: Sequence[Part], processes: int) -> Iterator[Path]:
    if processes == 1 or len(parts) == 1:
        yield from map(decode_part, parts)
        return
    waiting = iter(parts)
    # a forked process may wait for ever on a lock that one of its parent's threads held
    fresh = get_context("spawn")
    with ProcessPoolExecutor(processes, fresh, end_with, (os.getpid(),)) as pool:
        try:
            running = [pool.submit(decode_part, part) for part in islice(waiting, 2 * processes)]
            while running:
                yield running.pop(0).result()
                running += [pool.submit(decode_part, part) for part in islice(waiting, 1)]
        except BrokenProcessPool as error:
            raise UserError(
                "a decoding process was killed, perhaps for lack of memory. What is done "
                "is kept: run the same command again, with fewer processes."
            ) from error
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def decode_all(
    images: Sequence[tuple[Path, Entry]],
    names: Sequence[str],
    work: Work,
    *,
    size: int,
    channels: int,
    broken_share: float,
) -> tuple[Streamed, dict[int, str]]:
    """Decode and resize images; broken ones are left out, up to a share of all.

    Parameters
    ----------
    images : sequence of (Path, Entry)
        Archive or folder, and the image's place in it.
    names : sequence of str
        Their names, for messages.
    work : Work
        Folder of the parts until the dataset is whole, and how many processes decode.
    size, channels : int
        Pixels per side; 3 for colours, 1 for grey.
    broken_share : float
        More than this share of broken images is an error.

    Returns
    -------
    Streamed
        uint8 (images that are whole, channels, size, size), in the given order.
    dict of int to str
        Position of each broken image, and what is wrong with it.

    Raises
    ------
    UserError
        When too many images are broken, or the parts cannot be written.
    """
    identity = _identity(images, size, channels)
    folder = work.unfinished / f"images-{identity}"
    for other in work.unfinished.glob("images-*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)
    parts = _parts(images, size, channels, folder)
    missing = [part for part in parts if not part.file.exists()]
    if len(missing) < len(parts):
        log.info(
            "decoding: %d of %d parts are there already", len(parts) - len(missing), len(parts)
        )
    done = len(parts) - len(missing)
    progress = Progress("decoding", len(parts), done=done)
    for number, _ in enumerate(_decoded(missing, work.processes), done + 1):
        progress.at(number, f"{len(images):,} images in all")
    broken: dict[int, str] = {}
    did: Counter[str] = Counter()
    for part in parts:
        problems, what = read_npz(part.file, ["problems", "done"]).values()
        did.update(what.tolist())
        start = int(part.file.stem)
        broken |= {start + int(at): str(problems[at]) for at in np.flatnonzero(problems != "")}
    for what, count in sorted(did.items()):
        log.info("%s of %s images %s", f"{count:,}", f"{len(images):,}", what)
    if broken:
        _judge(broken, names, broken_share)

    def read() -> Iterator[np.ndarray]:
        for part in parts:
            arrays = read_npz(part.file)
            yield arrays["pixels"][arrays["problems"] == ""]

    shape = (len(images) - len(broken), channels, size, size)
    return Streamed(np.dtype(np.uint8), shape, read), broken


def _judge(broken: dict[int, str], names: Sequence[str], share: float) -> None:
    """List the broken images; raise an error if there are too many."""
    shown = "; ".join(f"{names[at]}: {why}" for at, why in islice(broken.items(), 5))
    message = f"{len(broken):,} of {len(names):,} images do not decode ({shown}"
    message += "; …)" if len(broken) > 5 else ")"
    if len(broken) > share * len(names):
        raise UserError(
            f"{message}. At most a share of {share:g} may be broken: mend the files, or raise the "
            "source's broken_share."
        )
    log.warning("%s; they are left out", message)
