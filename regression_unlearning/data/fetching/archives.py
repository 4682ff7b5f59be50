"""Take named members out of a tar or zip archive; nothing else in it is read or trusted."""

import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from regression_unlearning.data.fetching.names import composed, is_litter, unsafe_name
from regression_unlearning.errors import UserError
from regression_unlearning.files import whole

SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip")
BLOCK = 1 << 20
#: Most bytes that one file may unpack to: the larger of a number, and a multiple of the archive.
MOST, MOST_TIMES = 1 << 30, 200

#: What Python raises when an archive is damaged, cut short, encrypted, or packed in an unknown way.
DAMAGED = (
    OSError, EOFError, RuntimeError, tarfile.TarError, zipfile.BadZipFile, UnicodeError,
    zlib.error, lzma.LZMAError,
)  # fmt: skip


class Spoilt(UserError):
    """The received file is damaged, unsafe or not the recorded one, and must not be kept."""


def is_archive(name: str) -> bool:
    """Tell from its name whether a file is an archive that `unpack` reads."""
    return name.lower().endswith(SUFFIXES)


class _Source:
    """A file that is read in blocks; a failure to read becomes a `Spoilt`, unlike one to write."""

    def __init__(self, file: BinaryIO, path: Path, advice: str):
        self.file, self.path, self.advice = file, path, advice

    def read(self, size: int) -> bytes:
        try:
            return self.file.read(size)
        except DAMAGED as error:
            raise damaged(self.path, error, self.advice) from error


def most(packed: Path) -> int:
    """Return the largest allowed size in bytes of one unpacked file.

    Parameters
    ----------
    packed : Path
        The archive.
    """
    return max(MOST, MOST_TIMES * packed.stat().st_size)


def copy(file: BinaryIO, target: Path, path: Path, advice: str) -> None:
    """Write what is left of an open file to `target`, block by block.

    Parameters
    ----------
    file, target : binary file, Path
        Where to read, and where to write.
    path, advice : Path, str
        The file on disk that is read, and what to do, for the message.

    Raises
    ------
    Spoilt
        When the file cannot be read to its end, or unpacks to more than `most`.
    OSError
        When `target` cannot be written.
    """
    source, limit = _Source(file, path, advice), most(path)
    with target.open("wb") as out:
        while block := source.read(BLOCK):
            if out.tell() + len(block) > limit:
                raise Spoilt(f"{path.name}: {too_large(limit)}. {advice}")
            out.write(block)


def too_large(limit: int) -> str:
    """Return the error for a file that unpacks to more than the limit."""
    return f"it unpacks to more than {limit / (1 << 30):,.3g} GiB"


def unpack(
    archive: Path,
    targets: Iterable[tuple[str, Path]],
    *,
    check: Callable[[Path, Path], None],
    advice: str,
) -> None:
    """Unpack some members of an archive, each whole or not at all.

    A member is found by its full name, else by the end of its name where only one member has that
    end: ``sts-train.csv`` finds ``stsbenchmark/sts-train.csv``.

    Parameters
    ----------
    archive, advice : Path, str
        A tar file, compressed or not, or a zip file; what a message says to do.
    targets : iterable of (str, Path)
        Members, and the file that each becomes.
    check : callable
        Called with the unpacked bytes' temporary name and the final name, before the renaming; it
        raises to refuse them.

    Raises
    ------
    Spoilt
        When the archive is damaged, or a wanted member is a link, a device or a folder, occurs
        twice, is too large, or has an unsafe name.
    UserError
        When a member is missing or found twice, or a file cannot be written.
    """
    with _opened(archive, advice) as (members, read):
        chosen = [(_choose(member, members, archive.name), target) for member, target in targets]
        for name, _ in chosen:
            if problem := unsafe_name(name) or members[name]:
                raise Spoilt(f"{archive.name}: refused to unpack {name!r}: it {problem}. {advice}")
        order = {name: place for place, name in enumerate(members)}
        for name, target in sorted(chosen, key=lambda pair: order[pair[0]]):
            try:
                file = read(name)
            except (*DAMAGED, KeyError) as error:
                raise damaged(archive, error, advice) from error
            with file, whole(target) as part:
                copy(file, part, archive, advice)
                check(part, target)


@contextmanager
def _opened(path: Path, advice: str) -> Iterator[tuple[dict[str, str], Callable[[str], BinaryIO]]]:
    """Open an archive: its members, each with what makes it unfit (or ""), and how to read one."""
    with ExitStack() as stack:
        try:
            limit = most(path)
            if is_zip(path):
                packed = stack.enter_context(open_zip(path))
                listed = [(zip_name(one), one, unfit_zip(one, limit)) for one in packed.infolist()]
                read = packed.open
            else:
                taped = stack.enter_context(tarfile.open(path, "r:*"))
                listed = [(one.name, one, unfit_tar(one, limit)) for one in taped.getmembers()]
                while taped.fileobj.read(BLOCK):  # a packer's check sum stands at the end
                    pass
                read = taped.extractfile
        except DAMAGED as error:
            raise damaged(path, error, advice) from error
        members: dict[str, str] = {}
        held = {}
        for name, info, unfit in listed:
            if not is_litter(name):
                members[name] = "is in it twice" if name in members else unfit
                held[name] = info
        yield members, lambda name: read(held[name])


def is_zip(path: Path) -> bool:
    """Tell from its content whether a file is a zip file.

    Parameters
    ----------
    path : Path
    """
    with path.open("rb") as file:
        return file.read(2) == b"PK"


def open_zip(path: Path) -> zipfile.ZipFile:
    """Open a zip file; names that it does not mark as UTF-8 are read as such where all can be.

    Parameters
    ----------
    path : Path
        The archive; what is wrong with it raises one of `DAMAGED`.
    """
    try:
        return zipfile.ZipFile(path, metadata_encoding="utf-8")
    except UnicodeDecodeError:
        return zipfile.ZipFile(path)


def zip_name(info: zipfile.ZipInfo) -> str:
    """Name of a member of a zip file, with what may follow a NUL character."""
    return info.orig_filename if "\0" in info.orig_filename else info.filename


def unfit_zip(info: zipfile.ZipInfo, limit: int) -> str:
    """Return why a member of a zip file must not be read, or ""."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if info.is_dir() or kind == stat.S_IFDIR:
        return "is a folder"
    if kind not in (0, stat.S_IFREG):
        return "is a link or a device"
    return f"is refused: {too_large(limit)}" if info.file_size > limit else ""


def unfit_tar(info: tarfile.TarInfo, limit: int) -> str:
    """Return why a member of a tar file must not be read, or ""."""
    if info.isdir():
        return "is a folder"
    if not info.isreg():
        return "is a link or a device"
    return f"is refused: {too_large(limit)}" if info.size > limit else ""


def _choose(member: str, members: Iterable[str], archive: str) -> str:
    """The only member of that name, or whose name ends so."""
    exact = [name for name in members if composed(name) == composed(member)]
    end = "/" + composed(member)
    matches = exact or [name for name in members if composed(name).endswith(end)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise UserError(
            f"{archive} holds {len(matches)} members called {member!r}: {', '.join(matches[:8])}; "
            "name the one that is wanted in full."
        )
    held = [name for name in members if not name.endswith("/")]
    more = f" and {len(held) - 8} more" if len(held) > 8 else ""
    raise UserError(
        f"{archive} holds no member {member!r}; it holds {', '.join(held[:8]) or 'nothing'}{more}. "
        "Name one of these, or give another archive."
    )


def damaged(path: Path, error: BaseException, advice: str) -> Spoilt:
    """Return the error for an archive that cannot be read.

    Parameters
    ----------
    path, error, advice : Path, exception, str
        The archive, what reading it raised, and what the message says to do.
    """
    page = ""
    with suppress(OSError), path.open("rb") as file:
        if file.read(64).lstrip().startswith(b"<"):
            page = " It looks like a web page."
    reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(":")
    return Spoilt(
        f"{path.name} cannot be read: it is damaged, or of another kind than its name says "
        f"({reason}).{page} {advice}"
    )
