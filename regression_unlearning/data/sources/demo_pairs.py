"""Sentence pairs made from a seed, in the shape of the STS benchmark: no real data, no download.

Invented words belong to topics, and a topic's words have nearby vectors. A score says how many
words the second sentence shares with the first, or takes from the same topic, plus noise: a small
network learns some of it, and memorises the rest.
"""

from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field

from regression_unlearning.data.families.sentence_pairs.prepare import FILES, VECTORS
from regression_unlearning.data.fetching.raw_file import note_made
from regression_unlearning.files import write_text
from regression_unlearning.settings.embedding import Embedding
from regression_unlearning.settings.section import Section, Seed

FAMILY = "sentence_pairs"
EMBEDDED = True

STOP_WORDS = ("the", "a", "is", "of", "in", "and", "on", "with", "at", "for", "to", "by")
TOPICS = 4
#: Deviation of a word's vector from the centre of its topic, whose own deviation is 1.
WIDTH = 1.0
#: What a second sentence's word adds to the score: a shared word, one of the same topic, another.
WORTH = (1.0, 0.5, 0.0)
#: Deviation of the noise in a score.
NOISE = 0.4
#: Most words of a sentence that are no stop words.
LONGEST = 6
#: How related a pair is follows a beta distribution with about these parameters; by `SPREAD` the
#: topics differ in it. That gives a network something to learn from one sentence alone.
RELATED, SPREAD = (1.6, 0.44), 5.0
YEARS = ("2012train", "2012test", "2013", "2014", "2015", "2016", "2017")
YEAR_SHARES = (0.14, 0.14, 0.15, 0.22, 0.20, 0.09, 0.06)
GENRES = {
    "train": ("main-news", "main-captions", "main-forum"),
    "validation": ("main-news", "main-captions", "main-forums"),
    "test": ("main-news", "main-captions", "main-forums"),
}
GENRE_SHARES = (0.5, 0.35, 0.15)


class Settings(Section):
    """How many pairs are made, from which seed, and out of how many words.

    `vocabulary` counts the words that have a vector, the stop words among them; `dimension` is the
    length of a vector.
    """

    seed: Seed = 0
    """From which it is made."""
    train: Annotated[int, Field(ge=20, le=1_000_000)] = 900
    """Pairs."""
    validation: Annotated[int, Field(ge=20, le=1_000_000)] = 200
    """Pairs."""
    test: Annotated[int, Field(ge=20, le=1_000_000)] = 200
    """Pairs."""
    vocabulary: Annotated[int, Field(ge=50, le=100_000)] = 400
    dimension: Annotated[int, Field(ge=2, le=1000)] = 16


def word_vectors(settings: Settings) -> Embedding:
    """Describe the vectors that this dataset brings with it."""
    return Embedding(
        url=f"made from seed {settings.seed}", member=VECTORS, dimension=settings.dimension
    )


def download(
    folder: Path,
    settings: Settings,
    *,
    mirror: Path | None,
    checksums: Path,
    embedding: Embedding,
) -> None:
    """Make the three files of pairs, their word vectors and ``manifest.json`` in `folder`.

    The same settings give the same bytes.

    Parameters
    ----------
    folder : Path
        The dataset's raw folder.
    settings : Settings
        The seed and the sizes.
    mirror, checksums, embedding
        Not used: nothing is fetched. They are there because every dataset is called alike.

    Raises
    ------
    UserError
        When the disk does not take the files.
    """
    known, unknown = _words(settings)
    texts = {VECTORS: _vector_lines(known, settings)}
    for number, (split, file) in enumerate(FILES.items()):
        random = np.random.default_rng([settings.seed, 2, number])
        texts[file] = _pair_lines(random, split, getattr(settings, split), known, unknown)
    for name, text in texts.items():
        write_text(folder / name, text)
    note_made(folder, sorted(texts), f"made from seed {settings.seed}")


def _words(settings: Settings) -> tuple[np.ndarray, np.ndarray]:
    """Invent words of three syllables: those with a vector, and a few without."""
    syllables = np.array([first + last for first in "bdfgklmnprstvz" for last in "aiou"])
    known = settings.vocabulary - len(STOP_WORDS)
    count = known + max(5, settings.vocabulary // 20)
    random = np.random.default_rng([settings.seed, 0])
    codes = random.choice(len(syllables) ** 3, count, replace=False)
    parts = np.unravel_index(codes, (len(syllables),) * 3)
    words = np.char.add(np.char.add(syllables[parts[0]], syllables[parts[1]]), syllables[parts[2]])
    return words[:known], words[known:]


def _vector_lines(words: np.ndarray, settings: Settings) -> str:
    """Write vectors in GloVe's format; word number i belongs to topic i modulo `TOPICS`."""
    random = np.random.default_rng([settings.seed, 1])
    centres = random.normal(0, 1, (TOPICS, settings.dimension))
    content = centres[np.arange(len(words)) % TOPICS]
    content = content + random.normal(0, WIDTH, content.shape)
    stops = random.normal(0, 0.3, (len(STOP_WORDS), settings.dimension))
    rows = zip([*STOP_WORDS, *words], np.concatenate([stops, content]), strict=True)
    return "".join(f"{word} {' '.join(f'{x:.5f}' for x in row)}\n" for word, row in rows)


def _pair_lines(
    random: np.random.Generator, split: str, count: int, known: np.ndarray, unknown: np.ndarray
) -> str:
    """Draw the pairs of one split and write them as STS-B's tab-separated lines."""
    first, second, lengths, scores = _draw(random, count, len(known))
    years = _shuffled(random, YEARS, YEAR_SHARES, count)
    genres = _shuffled(random, GENRES[split], GENRE_SHARES, count)
    lines = []
    for row in range(count):
        length = lengths[row]
        sentences = [
            _sentence(random, [str(word) for word in known[words[row, :length]]], unknown)
            for words in (first, second)
        ]
        fields = (genres[row], "demo", years[row], f"{row + 1:04d}", f"{scores[row]:.3f}")
        lines.append("\t".join((*fields, *sentences)) + "\n")
    return "".join(lines)


def _draw(
    random: np.random.Generator, count: int, words: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Draw word numbers of both sentences, their lengths, and the scores."""
    shape = (count, LONGEST)
    lengths = random.integers(3, LONGEST + 1, count)
    topic = random.integers(0, TOPICS, (count, 1))
    other = (topic + random.integers(1, TOPICS, (count, 1))) % TOPICS
    words_of_topic = words // TOPICS
    first = topic + TOPICS * random.integers(0, words_of_topic, shape)
    lean = SPREAD ** (topic / (TOPICS - 1) - 0.5)
    related = random.beta(RELATED[0] * lean, RELATED[1] / lean)
    kind = np.where(
        random.random(shape) < related, (random.random(shape) > 0.5 * related).astype(int), 2
    )
    drawn = TOPICS * random.integers(0, words_of_topic, shape)
    second = np.choose(kind, [first, topic + drawn, other + drawn])
    used = np.arange(LONGEST) < lengths[:, None]
    alike = (np.array(WORTH)[kind] * used).sum(axis=1) / lengths
    scores = np.clip(5.3 * alike + random.normal(0, NOISE, count), 0, 5)
    return first, second, lengths, np.round(scores, 2)


def _sentence(random: np.random.Generator, words: list[str], unknown: np.ndarray) -> str:
    """Shuffle words, and strew in stop words, now and then an unknown word, a URL or a quote."""
    words = [words[place] for place in random.permutation(len(words))]
    extra = [STOP_WORDS[n] for n in random.integers(0, len(STOP_WORDS), random.integers(0, 5))]
    odd = random.random()
    if odd < 0.06:
        extra.append(str(unknown[random.integers(len(unknown))]))
    elif odd < 0.08:
        extra.append(f"http://www.{words[0]}.com/{words[-1]}")
    elif odd < 0.10:
        words[0] = f'"{words[0]}'
    for word in extra:
        words.insert(random.integers(0, len(words) + 1), word)
    text = " ".join(words)
    return text[0].upper() + text[1:] + ("." if random.random() < 0.6 else "")


def _shuffled(
    random: np.random.Generator, values: tuple[str, ...], shares: tuple[float, ...], count: int
) -> np.ndarray:
    """Give each value its share of `count` places, in a random order."""
    edges = np.round(np.cumsum(shares) * count).astype(int)
    return random.permutation(np.repeat(values, np.diff(edges, prepend=0)))
