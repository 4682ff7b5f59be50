"""The Semantic Textual Similarity benchmark (STS-B, SemEval-2017): sentence pairs scored 0 to 5.

Publisher: http://ixa2.si.ehu.eus/stswiki. Paper: Cer et al. 2017, arXiv 1708.00055.
"""

from pathlib import Path, PurePosixPath
from typing import Annotated

from regression_unlearning.data.families.sentence_pairs.pairs import Pairs
from regression_unlearning.data.fetching.download import RawFile, fetch
from regression_unlearning.settings.embedding import Embedding
from regression_unlearning.settings.places import Address, Inside, braces

FAMILY = "sentence_pairs"
EMBEDDED = False


class Settings(Pairs):
    """Where the pairs come from: the publisher's archive, or files of a mirror.

    A mirror may hold files of one's own with the same three names, or with `divided` one file.
    """

    url: Address = "http://ixa2.si.ehu.eus/stswiki/images/4/48/Stsbenchmark.tar.gz"
    """Where the archive is downloaded."""
    mirror: tuple[Annotated[Inside, braces("file")], ...] = (
        "stsb/{file}",
        "{file}",
        "Stsbenchmark.tar.gz",
        "stsb/Stsbenchmark.tar.gz",
    )
    """Where archive or files may lie in the data mirror."""


def download(
    folder: Path,
    settings: Settings,
    *,
    mirror: Path | None,
    checksums: Path,
    embedding: Embedding,
) -> None:
    """Fetch the three files of pairs and the word vectors into `folder`.

    Parameters
    ----------
    folder : Path
        The dataset's raw folder.
    settings : Settings
        Where the pairs come from.
    mirror : Path or None
        A folder that already holds the files; it is used instead of the network.
    checksums : Path
        The hashes that publishers gave; those seen first are recorded beside it.
    embedding : Embedding
        The word vectors wanted.

    Raises
    ------
    UserError
        When a file is missing, truncated, changed or unsafe; see `fetch`.
    """
    pairs = [
        RawFile(
            file=file,
            url=settings.url,
            member=file,
            mirror=tuple(path.format(file=file) for path in settings.mirror),
        )
        for file in settings.files.values()
    ]
    # Named as where it comes from: a mirror may hold a cut or repacked file, with another hash.
    held = [path for path in embedding.mirror if mirror is not None and (mirror / path).is_file()]
    vectors = RawFile(
        file=PurePosixPath(held[0] if held else embedding.url).name,
        url=embedding.url,
        mirror=embedding.mirror,
        sha256=embedding.sha256,
    )
    fetch([*pairs, vectors], folder, mirror=mirror, checksums=checksums)
