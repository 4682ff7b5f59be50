import hashlib
import json

import numpy as np
import pytest

from regression_unlearning.data.families.sentence_pairs.prepare import FILES, VECTORS
from regression_unlearning.data.sources import demo_pairs
from regression_unlearning.data.sources.demo_pairs import Settings
from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import validated


def make(folder, **values):
    demo_pairs.download(folder, Settings(**values), mirror=None, checksums=None, embedding=None)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make(tmp_path_factory.mktemp("demo_pairs"))


def rows(made, split="train"):
    return [line.split("\t") for line in made[FILES[split]].decode().splitlines()]


def vectors(made):
    lines = [line.split(" ") for line in made[VECTORS].decode().splitlines()]
    return {word: np.array(numbers, float) for word, *numbers in lines}


def test_the_same_seed_gives_the_same_bytes(made, tmp_path):
    assert make(tmp_path / "again") == made
    other = make(tmp_path / "other", seed=1)
    assert all(other[name] != content for name, content in made.items())


def test_splits_do_not_repeat_each_other(made):
    seen = [{tuple(row[5:]) for row in rows(made, split)} for split in FILES]
    assert not seen[0] & seen[1] and not seen[0] & seen[2] and not seen[1] & seen[2]


def test_files_have_the_shape_of_the_benchmark(made):
    assert {split: len(rows(made, split)) for split in FILES} == {
        "train": 900,
        "validation": 200,
        "test": 200,
    }
    for split, forum in (("train", "main-forum"), ("test", "main-forums")):
        table = rows(made, split)
        assert {len(row) for row in table} == {7}
        assert {row[0] for row in table} == {"main-news", "main-captions", forum}
        assert {row[2] for row in table} == set(demo_pairs.YEARS)
        assert len({row[3] for row in table}) == len(table)
        assert all(3 <= len(sentence.split()) <= 12 for row in table for sentence in row[5:])
    assert np.mean([row[2] == "2015" for row in rows(made)]) == pytest.approx(0.2, abs=0.005)


def test_scores_spread_over_the_whole_range(made):
    text = [row[4] for row in rows(made)]
    assert all(len(score) == 5 and score[-4] == "." for score in text)
    scores = np.array(text, float)
    assert scores.min() == 0 and scores.max() == 5
    assert 0.25 < (scores < 2).mean() < 0.36
    assert np.histogram(scores, 5, (0, 5))[0].min() > 90


def test_scores_follow_the_words_that_two_sentences_share(made):
    table = rows(made)
    words = [[set(s.lower().rstrip(".").split()) for s in row[5:]] for row in table]
    shared = [len((a & b) - set(demo_pairs.STOP_WORDS)) for a, b in words]
    correlation = np.corrcoef(shared, [float(row[4]) for row in table])[0, 1]
    assert 0.6 < correlation < 0.95


def test_sentences_hold_what_a_reader_must_survive(made):
    text = made["sts-train.csv"].decode()
    assert "http://www." in text
    assert any(row[5].count('"') == 1 for row in rows(made))
    known = vectors(made)
    words = {word.lower().rstrip(".") for row in rows(made) for word in row[6].split()}
    plain = {word for word in words if word.isalpha()}
    assert 0 < len(plain - set(known)) < 0.1 * len(plain)
    assert {"the", "is", "of"} <= plain & set(known)


def test_vectors_of_a_topic_lie_together(made):
    known = vectors(made)
    assert len(known) == 400
    assert {len(vector) for vector in known.values()} == {16}
    content = np.array([v for word, v in known.items() if word not in demo_pairs.STOP_WORDS])
    topics = [content[n :: demo_pairs.TOPICS] for n in range(demo_pairs.TOPICS)]
    within = np.mean([topic.var(axis=0).mean() for topic in topics])
    assert within < 0.75 * content.var(axis=0).mean()


def test_manifest_says_where_the_files_came_from(made):
    files = json.loads(made["manifest.json"])["files"]
    assert sorted(files) == sorted([*FILES.values(), VECTORS])
    for name, entry in files.items():
        assert entry == {
            "sha256": hashlib.sha256(made[name]).hexdigest(),
            "bytes": len(made[name]),
            "source": "made from seed 0",
        }


def test_word_vectors_describe_the_file_that_is_made():
    embedding = demo_pairs.word_vectors(Settings(dimension=5, seed=3))
    assert (embedding.dimension, embedding.member) == (5, VECTORS)


def test_smallest_sizes_work(tmp_path):
    made = make(tmp_path, train=20, validation=20, test=20, vocabulary=50, dimension=2)
    assert len(rows(made)) == 20 and len(vectors(made)) == 50


@pytest.mark.parametrize(
    ("key", "value"),
    [("train", 19), ("vocabulary", 49), ("dimension", 1), ("seed", -1), ("sed", 1)],
)
def test_wrong_settings_are_refused_by_name(key, value):
    with pytest.raises(UserError, match=key):
        validated(Settings, {key: value})
