"""A folder that holds a source's files: one of its own, or the data mirror."""

from collections.abc import Callable, Sequence
from pathlib import Path

from regression_unlearning.data.fetching.names import listed
from regression_unlearning.data.fetching.raw_file import nowhere
from regression_unlearning.errors import UserError
from regression_unlearning.files import not_there


def place_of(folder: str | None, mirror: Path | None) -> Path | None:
    """Where a source's files lie: in a folder of its own, else in the data mirror, if any.

    Parameters
    ----------
    folder : str or None
        The source's own folder; a leading ``~`` is the user's home.
    mirror : Path or None
        The data mirror.

    Returns
    -------
    Path or None
        None where neither is given.
    """
    return Path(folder).expanduser() if folder else mirror


def missing_files(
    files: dict[str, str], folder: str | None, mirror: Path | None, downloaded: bool
) -> str | None:
    """Which files are missing from the source's own folder, or else from the data mirror.

    Parameters
    ----------
    files : dict of str to str
        Each file's path, relative to the folder, by its key in the settings.
    folder : str or None
        The source's own folder.
    mirror : Path or None
        The data mirror.
    downloaded : bool
        Whether the files can be downloaded where there is neither.
    """
    source = place_of(folder, mirror)
    if folder and not (source and source.is_dir()):
        return f"source.folder: {not_there(folder, 'folder')}"
    if source is None:
        return None if downloaded else nowhere(list(files.values()), "folder")
    missing = {key: path for key, path in files.items() if not (source / path).exists()}
    if not missing:
        return None
    held = listed(sorted(path.name for path in source.iterdir())) or "nothing"
    what = source if folder else f"the data mirror {source}"
    return (
        f"source.{' and '.join(missing)}: {what} does not hold {' and '.join(missing.values())}; "
        f"it holds {held}. Mend the name, or put the file there."
    )


def opened(
    raw: Path,
    held: Sequence[str],
    folder: str | None,
    mirror: Path | None,
    missing_file: Callable[[], str | None],
) -> Path | None:
    """The folder of a source's files, after a check that they are there or can be downloaded.

    Parameters
    ----------
    raw : Path
        The dataset's raw folder.
    held : sequence of str
        Its files: where all are there, only a folder of the source's own must still hold them.
    folder, mirror
        See `place_of`.
    missing_file : callable
        What is not there, as the source's own ``missing_file`` says it.

    Raises
    ------
    UserError
        When something is not there.
    """
    complete = all((raw / name).is_file() for name in held)
    if (not complete or folder) and (why := missing_file()):
        raise UserError(f"{raw.name}: {why}")
    return place_of(folder, mirror)
