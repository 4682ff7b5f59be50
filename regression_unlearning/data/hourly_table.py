"""Any wide table of load: a column of dates, one column a customer, rows an hour apart or finer."""

from pathlib import Path, PurePosixPath

from pydantic import model_validator

from regression_unlearning.data.archives import is_archive
from regression_unlearning.data.download import Wanted, fetch
from regression_unlearning.data.window_settings import Windows
from regression_unlearning.errors import UserError
from regression_unlearning.settings.embedding import Embedding

FAMILY = "load_windows"
EMBEDDED = False


class Settings(Windows):
    """Where the table lies, and the windows.

    Either `path`, a file on this machine, or `url` and `mirror`: where it is downloaded, and where
    it lies in the data mirror. `member` names the table inside a zip or tar archive.
    """

    path: str | None = None
    url: str | None = None
    mirror: tuple[str, ...] = ()
    member: str | None = None
    sha256: str | None = None

    @model_validator(mode="after")
    def _comes_from_somewhere(self):
        if (self.path is None) == (self.url is None and not self.mirror):
            raise UserError("give either path, or url and mirror (one of them at least).")
        places = [place for place in (self.path, self.url, *self.mirror) if place]
        if self.member is None and any(map(is_archive, places)):
            raise UserError("member: name the table inside the archive.")
        return self

    @property
    def file(self) -> str:
        """The table's name in the raw folder."""
        return PurePosixPath(self.member or self.path or self.url or self.mirror[0]).name


def download(
    folder: Path,
    settings: Settings,
    *,
    mirror: Path | None,
    checksums: Path,
    embedding: Embedding | None,
) -> None:
    """Copy or fetch the table into `folder`; see `data.stsb.download`.

    Raises
    ------
    UserError
        When the file is missing, or is not what was recorded; see `fetch`.
    """
    places = settings.mirror
    if settings.path is not None:
        path = Path(settings.path).expanduser()
        if not path.is_file():
            raise UserError(f"{path}: there is no such file; mend the dataset's source.path.")
        mirror, places = path.parent, (path.name,)
    wanted = Wanted(
        file=settings.file,
        url=settings.url,
        member=settings.member,
        mirror=places,
        sha256=settings.sha256,
    )
    fetch([wanted], folder, mirror=mirror, checksums=checksums)
