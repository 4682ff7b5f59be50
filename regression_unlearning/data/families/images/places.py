"""Images where they lie: in a folder, a tar or a zip archive, each read alone and in any order."""

import os
import re
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath

from regression_unlearning.data.fetching import archives
from regression_unlearning.data.fetching.names import (
    NAMED,
    composed,
    is_litter,
    listed,
    unsafe_name,
)
from regression_unlearning.errors import UserError
from regression_unlearning.files import whole

#: What `reader` needs to read one file: its name, or its place in a tar (offset, bytes; of a sparse
#: file also where its stretches of bytes belong, and how long they are).
Entry = tuple[int, int] | tuple[int, int, tuple[tuple[int, int], ...]] | str
ADVICE = "Put a good copy in its place."
PICTURE = r"(?i).+\.(png|jpe?g|bmp|gif|tiff?|webp)"


def plain(path: Path, work: Path) -> Path:
    """A tar file that can be read in any order: `path`, or its content unpacked into `work`.

    Raises
    ------
    UserError
        When it is neither a folder, a zip nor a tar file, or is damaged.
    """
    if path.is_dir() or archives.is_zip(path):
        return path
    try:
        with tarfile.open(path, "r:"):
            return path
    except tarfile.ReadError:
        pass
    unpacked = work / f"{path.name}.tar"
    if not unpacked.exists():
        try:
            with _decompressed(path) as file, whole(unpacked) as part:
                archives.copy(file, part, path, ADVICE)
        except archives.DAMAGED as error:
            raise archives.damaged(path, error, ADVICE) from error
    return unpacked


@contextmanager
def _decompressed(path: Path):
    import bz2
    import gzip
    import lzma

    with path.open("rb") as file:
        magic = file.read(6)
    openers = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
    opener = next((kind for start, kind in openers.items() if magic.startswith(start)), open)
    with opener(path, "rb") as file:
        yield file


def index(path: Path) -> dict[str, Entry]:
    """Every file of a folder or an archive, by its composed name inside; nothing is unpacked.

    What macOS leaves beside files is not among them.

    Raises
    ------
    UserError
        When an archive is damaged, is locked by a password, or holds a link, a device, a name
        twice, or a name that is unsafe.
    """
    found: dict[str, Entry] = {}
    refused: dict[str, str] = {}
    kind = _files if path.is_dir() else _zipped if archives.is_zip(path) else _taped
    try:
        for name, entry, unfit in kind(path):
            if is_litter(name):
                continue
            if problem := unfit or ("" if kind is _files else unsafe_name(name)):
                refused[name] = problem
            elif entry is not None and composed(name) in found:
                refused[name] = "is in it twice"
            elif entry is not None:
                found[composed(name)] = entry
    except archives.DAMAGED as error:
        raise archives.damaged(path, error, ADVICE) from error
    if refused:
        name, problem = next(iter(refused.items()))
        raise UserError(
            f"{path.name}: {len(refused):,} of its entries are refused. {name!r} {problem}"
            + (f"; also: {listed(list(refused)[1:])}" if len(refused) > 1 else "")
            + ". Take them out, or give another archive."
        )
    return found


def _files(top: Path) -> Iterator[tuple[str, Entry, str]]:
    for folder, folders, names in os.walk(top):
        folders.sort()
        for name in sorted(names):
            path = Path(folder, name).relative_to(top).as_posix()
            yield path, path, ""


def _taped(path: Path) -> Iterator[tuple[str, Entry | None, str]]:
    limit = archives.most(path)
    with tarfile.open(path, "r:") as tape:
        while (info := tape.next()) is not None:
            tape.members.clear()  # half a million of them would fill the memory
            if info.isdir():
                yield info.name, None, ""
                continue
            entry: Entry = (info.offset_data, info.size)
            if info.issparse():
                entry = (*entry, tuple(info.sparse))
            yield info.name, entry, archives.unfit_tar(info, limit)


def _zipped(path: Path) -> Iterator[tuple[str, Entry | None, str]]:
    limit = archives.most(path)
    with archives.open_zip(path) as archive:
        for info in archive.infolist():
            if info.flag_bits & 1:
                raise UserError(
                    f"{path.name} is locked by a password: unpack it, and put the folder in its "
                    "place."
                )
            unfit = "" if info.is_dir() else archives.unfit_zip(info, limit)
            name = archives.zip_name(info)
            yield name, None if info.is_dir() else info.filename, unfit


@contextmanager
def reader(path: Path) -> Iterator[Callable[[Entry], bytes]]:
    """Open a folder or an archive; gives a function from an entry of `index` to a file's bytes.

    The function raises a ValueError for a file of more than 1 GiB.
    """

    def fits(size: int) -> None:
        if size > archives.MOST:
            raise ValueError(archives.too_large(archives.MOST))

    def read_file(name: str) -> bytes:
        fits((path / name).stat().st_size)
        return (path / name).read_bytes()

    with ExitStack() as stack:
        if path.is_dir():
            yield read_file
        elif archives.is_zip(path):
            archive = stack.enter_context(archives.open_zip(path))

            def read_member(name: str) -> bytes:
                fits(archive.getinfo(name).file_size)
                return archive.read(name)

            yield read_member
        else:
            tape = stack.enter_context(path.open("rb")).fileno()

            def read_place(entry: tuple) -> bytes:
                at, size, *sparse = entry
                fits(size)
                if not sparse:
                    return os.pread(tape, size, at)
                content = bytearray(size)
                for start, length in sparse[0]:
                    content[start : start + length] = os.pread(tape, length, at)
                    at += length
                return bytes(content)

            yield read_place


def locate(files: list[str], path: Path, where: str) -> list[Entry]:
    """Find files by the names that a list gives them.

    Names may lack the archive's own top folder: ``train/1.jpg`` finds ``faces/train/1.jpg`` where
    all of them lie in ``faces``. Where all lack an ending, so do those that they are held against.

    Parameters
    ----------
    files : list of str
        Names as the list has them.
    path : Path
        The folder or archive.
    where : str
        The list, for the message.

    Raises
    ------
    UserError
        When files are missing: counted, the first ones named.
    """
    held = index(path)
    names = [composed(name) for name in files]
    if names and not set(names) & held.keys() and not any(re.fullmatch(PICTURE, n) for n in names):
        bare = {name: name.rpartition(".")[0] for name in held if re.fullmatch(PICTURE, name)}
        count = Counter(bare.values())
        held |= {short: held[name] for name, short in bare.items() if count[short] == 1}
    prefix = ""
    if names and names[0] not in held:
        ends = [name for name in held if name.endswith(f"/{names[0]}")]
        prefix = ends[0].removesuffix(names[0]) if len(ends) == 1 else ""
    missing = [name for name in names if prefix + name not in held]
    if missing:
        some = listed(list(held)[:NAMED]) if held else "nothing"
        like = {name.casefold(): name for name in held}.get((prefix + missing[0]).casefold())
        if like:
            some = f"{like!r}, which is written otherwise"
        raise UserError(
            f"{path.name} lacks {len(missing):,} of the {len(names):,} files of {where}: "
            f"{listed(missing)}. It holds {some}. Add the files, or take their rows out."
        )
    return [held[prefix + name] for name in names]


def inner(path: str) -> bool:
    """Whether a name in a list stays inside the folder it is relative to."""
    return not unsafe_name(path) and bool(PurePosixPath(path).parts)
