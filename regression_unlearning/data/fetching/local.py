"""Files of this machine that raw data were taken from: what each was then, and which have changed.

The notes lie beside the raw files. Where size, times and inode are as they were, a file is the
same; else its content decides, so that one that was only touched is the same, and noted anew. A
file that is gone has not changed: what was made of it is here.
"""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from regression_unlearning.errors import UserError
from regression_unlearning.files import read_record, sha256, write_record

#: The notes' name in a raw folder.
NOTES = ".local.json"


def stamp(path: Path) -> list[int]:
    """What the system says of a file: size, times of content and of state, in ns, and inode.

    Raises
    ------
    OSError
        When it is not there.
    """
    found = path.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]


class Local:
    """The notes of one raw folder.

    Parameters
    ----------
    folder : Path
        The raw folder.

    Attributes
    ----------
    files : dict
        SHA-256 and `stamp` of each file, by its path.
    taken : dict
        The path that each file of the raw folder was taken from.
    """

    def __init__(self, folder: Path):
        self.place = folder / NOTES
        self.files: dict[str, list] = {}
        self.taken: dict[str, str] = {}
        with suppress(UserError, KeyError):  # without notes everything is taken again
            found = read_record(self.place)
            self.files, self.taken = found["files"], found["taken"]

    def note(self, path: Path, stamped: list[int], digest: str, made: Iterable[str] = ()) -> None:
        """Note a file that was read: its stamp before that, its hash, the raw files made of it."""
        self.files[str(path)] = [digest, *stamped]
        self.taken.update(dict.fromkeys(made, str(path)))

    def same(self, path: Path) -> bool:
        """Whether a file has the content that was noted of it."""
        digest, *stamped = self.files.get(str(path), [None])
        now = stamp(path)
        if digest is None or (stamped != now and sha256(path) != digest):
            return False
        self.files[str(path)] = [digest, *now]
        return True

    def changed(self) -> list[str]:
        """The files with other content than was noted; those only touched are noted anew."""
        before, found = dict(self.files), []
        for path in sorted(before):
            with suppress(OSError, UserError):
                if not self.same(Path(path)):
                    found.append(path)
        if self.files != before:
            with suppress(UserError):
                self.write()
        return found

    def stands(self, path: Path, made: str, *, vouched: bool) -> bool:
        """Whether a raw file is what a path holds; one that is `vouched` for is, and is noted."""
        if self.taken.get(made) == str(path) and self.same(path):
            return True
        if vouched:
            self.note(path, stamp(path), sha256(path), [made])
        return vouched

    def write(self, names: Iterable[str] | None = None) -> None:
        """Write the notes, if there are any or were; those of some raw files alone, if named."""
        if names is not None:
            self.taken = {name: self.taken[name] for name in names if name in self.taken}
            held = set(self.taken.values())
            self.files = {path: known for path, known in self.files.items() if path in held}
        if self.files or self.place.exists():
            write_record(self.place, {"files": self.files, "taken": self.taken})
