"""Any wide table of load: a column of dates, one column a customer, rows an hour apart or finer."""

from pathlib import Path, PurePosixPath

from pydantic import model_validator

from regression_unlearning.data.families.load_windows.settings import Windows
from regression_unlearning.data.families.load_windows.table import read
from regression_unlearning.data.fetching.archives import is_archive
from regression_unlearning.data.fetching.download import RawFile, fetch
from regression_unlearning.data.fetching.raw_file import nowhere
from regression_unlearning.errors import UserError
from regression_unlearning.files import not_there
from regression_unlearning.settings.embedding import Embedding
from regression_unlearning.settings.places import Address, Inside, Place, Sha256

FAMILY = "load_windows"
EMBEDDED = False


class Settings(Windows):
    """Where the table lies, and the windows.

    Either `path`, a file on this machine, or `url` and `mirror`: where it is downloaded, and where
    it lies in the data mirror. `member` names the table inside a zip or tar archive.
    """

    path: Place | None = None
    url: Address | None = None
    mirror: tuple[Inside, ...] = ()
    member: str | None = None
    sha256: Sha256 | None = None
    """What the file's content must hash to."""

    @model_validator(mode="after")
    def _comes_from_somewhere(self):
        if (self.path is None) == (self.url is None and not self.mirror):
            raise UserError("give either path, or url and mirror (one of them at least).")
        origins = [place for place in (self.path, self.url, *self.mirror) if place]
        if self.member is None and any(map(is_archive, origins)):
            raise UserError("member: name the table inside the archive.")
        return self

    @property
    def file(self) -> str:
        """The table's name in the raw folder."""
        return PurePosixPath(self.member or self.path or self.url or self.mirror[0]).name


def missing_file(settings: Settings, mirror: Path | None) -> str | None:
    """Why a table that cannot be downloaded is missing; None if it is there or can be downloaded.

    Parameters
    ----------
    settings : Settings
        Where it may lie.
    mirror : Path or None
        The data mirror.
    """
    if settings.path is not None:
        there = Path(settings.path).expanduser().is_file()
        return None if there else f"source.path: {not_there(settings.path, 'file')}"
    if mirror is None:
        return None if settings.url else nowhere(settings.mirror, "path")
    paths = settings.mirror or (settings.file,)
    if any((mirror / place).is_file() for place in paths):
        return None
    return (
        f"source.mirror: the data mirror {mirror} does not hold {' or '.join(paths)}. Mend the "
        "name, or put the file there."
    )


def download(
    folder: Path,
    settings: Settings,
    *,
    mirror: Path | None,
    checksums: Path,
    embedding: Embedding | None,
) -> None:
    """Copy or fetch the table into the raw folder.

    Parameters
    ----------
    folder, settings, mirror, checksums, embedding
        See `data.source.Source.download`; no word vectors are read.

    Raises
    ------
    UserError
        When the file is missing, or is not what was recorded; see `fetch`. For a table of `path`
        also what `read` refuses, before anything is copied.
    """
    paths = settings.mirror
    if settings.path is not None:
        if why := missing_file(settings, mirror):
            raise UserError(f"{folder.name}: {why}")
        path = Path(settings.path).expanduser()
        if settings.member is None:
            read(path, settings.table)  # what is wrong is named where the user has it
        mirror, paths = path.parent, (path.name,)
    table = RawFile(
        file=settings.file,
        url=settings.url,
        member=settings.member,
        mirror=paths,
        sha256=settings.sha256,
    )
    fetch([table], folder, mirror=mirror, checksums=checksums)
