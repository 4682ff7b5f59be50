"""Word vectors."""

from regression_unlearning.settings.section import Count, Section


class Embedding(Section):
    """A file of word vectors in GloVe's text format, plain or inside a zip or gzip file."""

    url: str
    member: str
    dimension: Count
    mirror: tuple[str, ...] = ()
    sha256: str | None = None
