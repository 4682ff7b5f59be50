"""Word vectors."""

from regression_unlearning.settings.places import Address, Inside, Sha256
from regression_unlearning.settings.section import Count, Section


class Embedding(Section):
    """A file of word vectors in GloVe's text format, plain or inside a zip or gzip file."""

    url: str
    """Where it is downloaded."""
    member: str
    """The file inside an archive."""
    dimension: Count
    """Numbers of a vector."""
    mirror: tuple[Inside, ...] = ()
    """Where it may lie in the data mirror; the first that is there is taken."""
    sha256: Sha256 | None = None
    """What its content must hash to, where that is known."""


class Published(Embedding):
    """A file of word vectors in GloVe's text format, plain or inside a zip or gzip file."""

    url: Address
