"""Sentence pairs with a similarity: from raw files to arrays.

As in the released code of the paper's text experiment (`clean_text`, `text_embed` and `pad` of
https://github.com/ayushkumartarun/deep-regression-unlearning): lower case; URLs are removed, and
everything but letters and the apostrophes inside words; NLTK's stop words are removed; an unknown
word gets the mean vector of the known words of its sentence; then at most 10 tokens, with zeros on
the left.
"""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from regression_unlearning.data.families.sentence_pairs.pairs import FILES, ONE, Pairs, read_pairs
from regression_unlearning.data.families.sentence_pairs.stop_words import STOP_WORDS
from regression_unlearning.data.families.sentence_pairs.word_vectors import read_vectors
from regression_unlearning.data.work import Work
from regression_unlearning.files import read_record
from regression_unlearning.settings.embedding import Embedding
from regression_unlearning.settings.section import Section

if TYPE_CHECKING:
    import pandas as pd

#: This family reads word vectors.
WORD_VECTORS = True
MANIFEST = "manifest.json"
VECTORS = "vectors"
TOKENS = 10
#: A fact about the data that tables show: a share.
WORDS_WITH_VECTOR = "words_with_vector"


def tokenise(sentences: "pd.Series") -> list[list[str]]:
    """Split sentences into words: lower case, no URL, no stop word.

    Letters are kept, and apostrophes between two letters: ``don't`` and ``dog's`` are one word
    each, of which the first is a stop word.

    Parameters
    ----------
    sentences : Series of str (n,)
        The sentences.

    Returns
    -------
    list of list of str
        Words of each sentence.
    """
    plain = (
        sentences.astype(
            object
        )  # Python's own regular expressions, whatever type pandas stores text in
        .str.lower()
        .str.replace(r"http\S+", " ", regex=True)
        .str.replace(r"[^a-z' ]+", " ", regex=True)
        .radd(" ")
        .add(" ")
        .str.replace(r"[^a-z]'|'[^a-z]", " ", regex=True)
        .str.split()
    )
    return [[word for word in words if word not in STOP_WORDS] for words in plain]


def _vectors_file(raw: Path) -> Path:
    """The raw file of word vectors: the only one that is none of the files of pairs."""
    manifest = read_record(raw / MANIFEST, plain=True)
    (name,) = set(manifest["files"]) - {*FILES.values(), ONE}
    return raw / name


def index_tokens(
    sentences: list[list[str]], vectors: dict[str, np.ndarray], dimension: int
) -> tuple[np.ndarray, np.ndarray]:
    """Replace the first 10 words of sentences by numbers, with a row of vectors for each number.

    Row 0 is zeros: the padding on the left. A sentence with an unknown word among them gets a row
    of its own, the mean over all its known words (zeros where it knows none).

    Parameters
    ----------
    sentences : list of list of str
        Words of each sentence.
    vectors : dict of str to float32 array (dimension,)
        Vectors of the known words.
    dimension : int
        Numbers in a vector.

    Returns
    -------
    tokens : int32 array of shape (sentences, 10)
    table : float32 array of shape (rows, dimension)
    """
    numbers = {word: number for number, word in enumerate(sorted(vectors), 1)}
    tokens = np.zeros((len(sentences), TOKENS), np.int32)
    table = [np.zeros(dimension, np.float32), *(vectors[word] for word in sorted(vectors))]
    for row, words in enumerate(sentences):
        indices = [numbers.get(word, -1) for word in words]
        read = indices[:TOKENS]
        if -1 in read:
            known = [table[index] for index in indices if index > 0]
            mean = np.mean(known, axis=0, dtype=np.float64) if known else np.zeros(dimension)
            read = [len(table) if index < 0 else index for index in read]
            table.append(mean.astype(np.float32))
        if read:
            tokens[row, -len(read) :] = read
    return tokens, np.stack(table)


def share_with_vector(sentences: list[list[str]], vectors: Collection[str]) -> float:
    """Share of the words that the network reads, at most 10 per sentence, with a vector."""
    read = [word in vectors for words in sentences for word in words[:TOKENS]]
    return sum(read) / len(read)


def prepare(
    raw: Path, source: Section, embedding: Embedding, work: Work | None = None
) -> tuple["pd.DataFrame", dict[str, np.ndarray]]:
    """Turn the raw files into a table of rows and arrays.

    Parameters
    ----------
    raw : Path
        The raw folder.
    source : Section
        The loader's settings; those of `Pairs`, or the benchmark's layout.
    embedding : Embedding
        The word vectors.
    work : Work, optional
        Gets the fact `WORDS_WITH_VECTOR`.

    Returns
    -------
    rows : DataFrame
        See `read_pairs`.
    arrays : dict
        ``tokens`` int32 (rows, 2, 10), numbers of rows of ``vectors`` float32 (numbers, dimension).

    Raises
    ------
    UserError
        See `read_pairs` and `read_vectors`.
    """
    import pandas as pd

    rows = read_pairs(raw, source if isinstance(source, Pairs) else None)
    sentences = tokenise(pd.concat([rows["sentence1"], rows["sentence2"]], ignore_index=True))
    words = {word for sentence in sentences for word in sentence}
    vectors = read_vectors(_vectors_file(raw), words, embedding)
    if work is not None:
        work.facts[WORDS_WITH_VECTOR] = share_with_vector(sentences, vectors)
    tokens, table = index_tokens(sentences, vectors, embedding.dimension)
    paired = np.stack([tokens[: len(rows)], tokens[len(rows) :]], axis=1)
    return rows, {"tokens": paired, "vectors": table}
