"""Sentence pairs: reading, cutting into words, vectors, and batches."""

import gzip
import itertools
import json
import re
import zipfile

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from rounding import close

from regression_unlearning.data.families.sentence_pairs import word_vectors
from regression_unlearning.data.families.sentence_pairs.batch import Inputs
from regression_unlearning.data.families.sentence_pairs.prepare import (
    FILES,
    index_tokens,
    prepare,
    read_pairs,
    read_vectors,
    share_with_vector,
    tokenise,
)
from regression_unlearning.data.families.sentence_pairs.stop_words import STOP_WORDS
from regression_unlearning.data.sources import stsb
from regression_unlearning.data.work import Work
from regression_unlearning.errors import UserError
from regression_unlearning.settings.embedding import Embedding


def line(score="2.5", first="A dog runs", second="A cat sleeps", *, year="2015", more=()):
    return "\t".join(["main-news", "MSRpar", year, "0001", score, first, second, *more]) + "\n"


@pytest.fixture
def raw(tmp_path):
    """A raw folder of three short files; give a split other text to break it."""

    def make(**splits):
        for split, name in FILES.items():
            (tmp_path / name).write_bytes(splits.get(split, line()).encode())
        return tmp_path

    return make


def embedding(dimension=2, member="v.txt"):
    return Embedding(url="http://e", member=member, dimension=dimension)


def test_seven_or_nine_fields_bare_quotes_and_line_ends(raw):
    train = line("0", 'He said "no', "It's a dog") + line("5.000", more=("licence", "x")) + "\n"
    rows = read_pairs(raw(train=train, test=line("1.25").replace("\n", "\r\n")))
    assert list(rows["split"]) == ["train", "train", "validation", "test"]
    assert list(rows["target"]) == [0.0, 5.0, 2.5, 1.25]
    assert list(rows["row"]) == [0, 1, 2, 3]
    assert list(rows["id"]) == ["train-00001", "train-00002", "validation-00001", "test-00001"]
    assert rows["sentence1"][0] == 'He said "no' and rows["sentence2"][0] == "It's a dog"
    assert rows["sentence2"][1] == rows["sentence2"][3] == "A cat sleeps"
    assert set(rows["year"]) == {"2015"} and rows["filename"][0] == "MSRpar"


@pytest.mark.parametrize(
    "bad",
    ["main-news\tMSRpar\t2015\t0001\t2.5\tonly one\n", line(second="  "), "no tabs\n"],
)
def test_a_missing_column_is_named_by_file_and_row(raw, bad):
    with pytest.raises(UserError, match=r"sts-dev\.csv, row 2: fewer than 7 .*genre, .*sentence2"):
        read_pairs(raw(validation=line() + bad + line()))


@pytest.mark.parametrize("bad", ["five", "", "nan", "5.01", "-0.1", "inf", "2,5"])
def test_a_wrong_score_is_named_by_file_row_and_value(raw, bad):
    says = rf"sts-test\.csv, row 3: score '{bad}' is not a number from 0 to 5"
    with pytest.raises(UserError, match=says):
        read_pairs(raw(test=line() + line() + line(bad)))


def test_the_file_that_is_no_text_is_named(raw):
    folder = raw()
    (folder / FILES["train"]).write_bytes(b"caf\xe9\t\n")
    with pytest.raises(UserError, match=r"cannot read .*sts-train\.csv as UTF-8"):
        read_pairs(folder)
    (folder / FILES["train"]).unlink()
    with pytest.raises(UserError, match=r"sts-train\.csv"):
        read_pairs(folder)


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("A Dog RUNS quickly.", ["dog", "runs", "quickly"]),
        ("see https://a.b/c?d=e&f now http://x.com/y", ["see"]),
        ("it's well-known: 12 dogs!", ["well", "known", "dogs"]),
        ("Two men don't call the fire brigade first", ["two", "men", "call", "fire", "brigade",
                                                       "first"]),
        ("The dog's owner can't, I'm told.", ["dog's", "owner", "can't", "i'm", "told"]),
        ("'Fine', he said: \"dogs' tails'\"", ["fine", "said", "dogs", "tails"]),
        ("the of and", []),
        ("", []),
        ("the " * 12 + "dog", ["dog"]),
        ("naïve", ["na"]),  # "ve" is a stop word: it is left of "I've"
    ],
)  # fmt: skip
def test_words(sentence, words):
    (found,) = tokenise(pd.Series([sentence]))
    assert found == words


def test_the_list_of_stop_words_is_nltk_s_of_179():
    assert len(STOP_WORDS) == 179
    assert {"i", "don't", "don", "s", "t", "shouldn't", "only"} <= STOP_WORDS
    assert not {"two", "first", "fire", "well", "call"} & STOP_WORDS  # of scikit-learn's list


def released(sentence):
    """The words that the released code keeps, one character after the other."""
    text = sentence.lower()
    while (start := re.search("http[^\\s]", text)) is not None:
        end = start.start()
        while end < len(text) and not text[end].isspace():
            end += 1
        text = text[: start.start()] + " " + text[end:]
    letters = "abcdefghijklmnopqrstuvwxyz"
    text = "".join(c if c in letters or c == "'" else " " for c in f" {text} ")
    text = re.sub(" +", " ", text)
    kept, place = "", 0
    while place < len(text):
        pair = text[place : place + 2]
        gone = len(pair) == 2 and "'" in pair and (
            (pair[1] == "'" and pair[0] not in letters)
            or (pair[0] == "'" and pair[1] not in letters)
        )  # fmt: skip
        kept += " " if gone else pair[0]
        place += 2 if gone else 1
    return [word for word in kept.split(" ") if word and word not in STOP_WORDS]


@settings(derandomize=True, deadline=None)
@given(st.text(alphabet="aetsn'' .http:/\té\u00a0DON", max_size=40))
def test_words_are_those_of_the_released_code(sentence):
    (found,) = tokenise(pd.Series([sentence]))
    assert found == released(sentence)


def test_tokens_stand_right_with_zeros_on_the_left():
    vectors = {"dog": np.array([1, 2], np.float32), "cat": np.array([3, 4], np.float32)}
    tokens, rows = index_tokens([["dog", "cat"], [], ["cat"] * 10], vectors, 2)
    assert tokens.dtype == np.int32 and tokens.shape == (3, 10)
    assert rows.dtype == np.float32 and not rows[0].any()
    np.testing.assert_array_equal(rows[tokens[0, 8:]], [[1, 2], [3, 4]])
    assert not tokens[0, :8].any() and not tokens[1].any() and tokens[2].all()
    np.testing.assert_array_equal(rows[tokens[2]], [[3, 4]] * 10)


def test_the_eleventh_word_is_not_read_but_counts_in_the_mean_for_unknown_words():
    vectors = {"dog": np.array([1, 2], np.float32), "fox": np.array([12, 24], np.float32)}
    words = ["blorg", *["dog"] * 9, "dog", "fox"]  # at most ten are read
    tokens, rows = index_tokens([words], vectors, 2)
    close(rows[tokens[0, 0]], [22 / 11, 44 / 11], 11)  # over ten dogs and the fox
    np.testing.assert_array_equal(rows[tokens[0, 1:]], [[1, 2]] * 9)
    (read,) = index_tokens([["dog"] * 12], vectors, 2)[0]
    assert read.all() and len(read) == 10


def test_the_share_of_words_with_a_vector_is_of_those_that_are_read():
    sentences = [["dog", "blorg"], [], ["dog"] * 10 + ["blorg"] * 5]
    assert share_with_vector(sentences, {"dog": 0}) == 11 / 12


def test_an_unknown_word_is_the_mean_of_its_own_sentence_s_known_words():
    vectors = {
        "dog": np.array([1, 2], np.float32), "cat": np.array([3, 8], np.float32),
        "fox": np.array([100, 100], np.float32),
    }  # fmt: skip
    sentences = [
        ["dog", "blorg", "cat", "zonk"],
        ["blorg", "dog", "dog", "cat"],
        ["blorg"],
        ["fox"],
    ]
    tokens, rows = index_tokens(sentences, vectors, 2)
    read = rows[tokens]
    close(read[0, 6:], [[1, 2], [2, 5], [3, 8], [2, 5]], 3)
    close(read[1, 6], [5 / 3, 4], 4)  # (dog + dog + cat) / 3
    assert not read[2].any()  # it knows none of its words
    np.testing.assert_array_equal(read[3, 9], [100, 100])


VECTORS = b"the 1 1\ndog 0.5 -2\nnew york 7 7\n. . . 8 8\ndog 9 9\nat name@domain.com 6 6\nat 3 4\n"


def pack(path, kind):
    if kind == "gzip":
        path.write_bytes(gzip.compress(VECTORS))
    elif kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("other.txt", "dog 5 5\n")
            archive.writestr("v.txt", VECTORS)
    else:
        path.write_bytes(VECTORS)
    return path


@pytest.mark.parametrize("kind", ["plain", "gzip", "zip"])
def test_vectors_plain_and_packed_with_words_that_hold_spaces(tmp_path, kind):
    path = pack(tmp_path / "vectors", kind)
    found = read_vectors(path, ["dog", "at", "new", "absent"], embedding())
    assert set(found) == {"dog", "at"}  # "new york" is not "new"
    np.testing.assert_array_equal(found["dog"], np.array([0.5, -2], np.float32))  # the first one
    np.testing.assert_array_equal(found["at"], [3, 4])
    assert found["dog"].dtype == np.float32


@pytest.mark.parametrize("dimension", [1, 3])
def test_another_dimension_is_said(tmp_path, dimension):
    with pytest.raises(UserError, match=rf"vectors.* {dimension} numbers"):
        read_vectors(pack(tmp_path / "vectors", "plain"), ["dog"], embedding(dimension))


@pytest.mark.parametrize("bad", [b"dog 1 x\n", b"dog nan 1\n", b"dog 1 inf\n", b"dog\n"])
def test_a_broken_vector_is_named_by_line(tmp_path, bad):
    (tmp_path / "vectors").write_bytes(b"cat 1 2\n" + bad)
    with pytest.raises(UserError, match="line 2"):
        read_vectors(tmp_path / "vectors", ["dog", "cat"], embedding())


def test_no_known_word_at_all(tmp_path):
    with pytest.raises(UserError, match="none of the sentences' words has a vector"):
        read_vectors(pack(tmp_path / "vectors", "plain"), ["zebra"], embedding())


def test_broken_archives_are_the_user_s_to_mend(tmp_path):
    path = pack(tmp_path / "v.zip", "zip")
    with pytest.raises(UserError, match=r"v\.zip.*nothere\.txt"):
        read_vectors(path, ["dog"], embedding(member="nothere.txt"))
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(UserError, match=r"cannot read .*v\.zip"):
        read_vectors(path, ["dog"], embedding())
    packed = pack(tmp_path / "v.gz", "gzip")
    packed.write_bytes(packed.read_bytes()[:-12])
    with pytest.raises(UserError, match=r"cannot read .*v\.gz"):
        read_vectors(packed, ["dog"], embedding())


def test_vectors_are_read_as_a_stream(tmp_path, monkeypatch):
    """Two gigabytes of lines go by without ever being held."""
    import contextlib
    import tracemalloc

    noise = b"word " + b"0.123456 " * 200 + b"\n"
    ends = [b"dog " + b"1 " * 199 + b"2\n"]

    @contextlib.contextmanager
    def endless(path, member):
        yield itertools.chain(itertools.repeat(noise, 20_000), ends)

    monkeypatch.setattr(word_vectors, "_open_vectors", endless)
    tracemalloc.start()
    found = read_vectors(tmp_path / "v", ["dog"], embedding(200))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert list(found["dog"]) == [1.0] * 199 + [2.0]
    assert peak < 1_000_000  # of 36 million bytes


def test_prepare_equals_each_sentence_by_hand(raw, tmp_path):
    folder = raw(
        train=line("1", "the dog blorg", "dog york") + line("2", "at", "of"),
        test=line("3", "Dog! dog", "http://dog"),
    )
    (folder / "vectors").write_bytes(VECTORS)
    names = [*FILES.values(), "vectors"]
    (folder / "manifest.json").write_text(json.dumps({"files": {key: {} for key in names}}))
    work = Work(tmp_path)
    rows, arrays = prepare(folder, stsb.Settings(), embedding(), work)
    assert work.facts == {"words_with_vector": 5 / 10}  # dog, of ten words; at and of are gone
    inputs = Inputs({name: torch.from_numpy(array) for name, array in arrays.items()})
    batch = inputs.batch(torch.tensor([3, 0]))
    assert batch.shape == (2, 2, 10, 2) and inputs.width == 2
    dog = torch.tensor([0.5, -2.0])
    expected = torch.zeros(2, 2, 10, 2)
    expected[0, 0, 8:] = dog  # test row: "Dog! dog" and nothing but a URL
    expected[1, :, 8:] = dog  # train row: an unknown word beside dog is dog's own vector
    assert torch.equal(batch, expected)
    assert list(rows["target"]) == [1.0, 2.0, 2.5, 3.0]


def test_a_batch_is_a_gather():
    generator = torch.Generator().manual_seed(0)
    tokens = torch.randint(0, 9, (7, 2, 10), generator=generator, dtype=torch.int32)
    vectors = torch.randn(9, 4, generator=generator)
    inputs = Inputs({"tokens": tokens, "vectors": vectors})
    order = torch.tensor([5, 0, 5])
    batch = inputs.batch(order, training=True)
    for place, row in enumerate(order.tolist()):
        for side, position in itertools.product(range(2), range(10)):
            number = int(tokens[row, side, position])
            assert batch[place, side, position].tolist() == vectors[number].tolist()
    assert torch.equal(inputs.batch(order), batch)
