"""What a source is: one module that fetches a dataset's raw files.

A module of `data.sources`, or one that another package names in the entry-point group
``regression_unlearning.sources``, is a source when it has the parts of `Source`; a dataset names it
by ``loader``. Importing it must not load a network library.
"""

from pathlib import Path
from typing import Protocol

from regression_unlearning import registry
from regression_unlearning.data.fetching.raw_file import MANIFEST
from regression_unlearning.errors import UserError
from regression_unlearning.settings.embedding import Embedding
from regression_unlearning.settings.section import Section


class Source(Protocol):
    """The parts of a source's module.

    It may also have ``absence(folder, settings, mirror)`` and ``missing_file(settings, mirror)``,
    asked before any work, without a network: why the data cannot be had (tables then say so), and
    which file that the settings name does not exist; each returns a line, or None. And
    ``word_vectors(settings)``: the `Embedding` that comes with the data.

    Attributes
    ----------
    FAMILY : str
        The family that turns its files into arrays.
    EMBEDDED : bool
        Whether the data come with the library or package: no network and no mirror is needed, and
        tables say that they are no real download.
    Settings : type
        A dataset's keys under ``source`` in params.yaml.
    """

    FAMILY: str
    EMBEDDED: bool
    Settings: type[Section]

    def download(
        self,
        folder: Path,
        settings: Section,
        *,
        mirror: Path | None,
        checksums: Path,
        embedding: Embedding | None,
    ) -> None:
        """Fetch the raw files into `folder`, each whole, and ``manifest.json`` last.

        Parameters
        ----------
        folder : Path
            The dataset's raw folder; it may not be there yet.
        settings : Section
            An object of `Settings`.
        mirror : Path or None
            A folder that may hold the files already.
        checksums : Path
            The file of the known SHA-256 by URL.
        embedding : Embedding or None
            Which word vectors to fetch too, where the family reads some.

        Raises
        ------
        UserError
            When a file is neither there nor to be had, or is not what its checksum says.
        """


def fetch_raw(
    name: str,
    folder: Path,
    settings: Section,
    *,
    mirror: Path | None,
    checksums: Path,
    embedding: Embedding | None,
) -> None:
    """Fetch the raw files of a dataset by its source.

    Parameters
    ----------
    name : str
        The source's name: a dataset's ``loader``.
    folder, settings, mirror, checksums, embedding
        See `Source.download`.

    Raises
    ------
    UserError
        See `Source.download`; also when it leaves no ``manifest.json``.
    """
    loader: Source = registry.load("source", name)
    with registry.called("source", name):
        loader.download(folder, settings, mirror=mirror, checksums=checksums, embedding=embedding)
    if not (folder / MANIFEST).is_file():
        raise UserError(f"source {name!r}: download did not write {folder / MANIFEST}.")
