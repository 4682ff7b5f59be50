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
    """What the file system records of a file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    list of int
        Size in bytes, time of the last change of the content and of the state (both in ns), inode.

    Raises
    ------
    OSError
        When it does not exist.
    """
    status = path.stat()
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


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
            notes = read_record(self.place)
            self.files, self.taken = notes["files"], notes["taken"]

    def note(self, path: Path, stamped: list[int], digest: str, made: Iterable[str] = ()) -> None:
        """Note a file that was read.

        Parameters
        ----------
        path : Path
            The file.
        stamped : list of int
            Its `stamp` from before it was read.
        digest : str
            Its SHA-256.
        made : iterable of str
            Names of the raw files that were made of it.
        """
        self.files[str(path)] = [digest, *stamped]
        self.taken.update(dict.fromkeys(made, str(path)))

    def same(self, path: Path) -> bool:
        """Whether a file has the content that was noted of it; if so, its new stamp is noted.

        Parameters
        ----------
        path : Path
            The file.

        Returns
        -------
        bool
            False too for a file without a note.

        Raises
        ------
        OSError
            When it does not exist.
        """
        digest, *stamped = self.files.get(str(path), [None])
        now = stamp(path)
        if digest is None or (stamped != now and sha256(path) != digest):
            return False
        self.files[str(path)] = [digest, *now]
        return True

    def changed(self) -> list[str]:
        """The files with other content than was noted; those only touched are noted anew."""
        before, differing = dict(self.files), []
        for path in sorted(before):
            with suppress(OSError, UserError):
                if not self.same(Path(path)):
                    differing.append(path)
        if self.files != before:
            with suppress(UserError):
                self.write()
        return differing

    def stands(self, path: Path, made: str, *, vouched: bool) -> bool:
        """Whether a raw file still is what was taken from a path.

        Parameters
        ----------
        path : Path
            The file that it was taken from.
        made : str
            Name of the raw file.
        vouched : bool
            Whether the caller knows that it is; notes that do not say so are then renewed.

        Returns
        -------
        bool
            By the notes, or else `vouched`.

        Raises
        ------
        OSError
            When `path` does not exist, and was noted or is vouched for.
        """
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
