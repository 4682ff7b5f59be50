"""Sentence pairs in files of one's own: their columns, ids, and the lines of their errors."""

import numpy as np
import pytest

from regression_unlearning.data.families.sentence_pairs.pairs import FILES, Pairs, read_pairs
from regression_unlearning.data.families.sentence_pairs.word_vectors import read_vectors
from regression_unlearning.errors import UserError
from regression_unlearning.settings.embedding import Embedding
from regression_unlearning.settings.section import validated

OWN = {"columns": None, "score": "likeness", "sentences": ["a", "b"], "id": "pair"}
HEAD = "pair\tsource\ta\tb\tlikeness\n"
BENCHMARK = "main-news\tMSRpar\t2015\t0001\t2.5\tA dog runs\tA cat sleeps\n"


@pytest.fixture
def raw(tmp_path):
    """A raw folder of three files: the same rows under other ids, unless a part's text is given."""

    def make(text, **others):
        for number, (split, name) in enumerate(FILES.items()):
            own = others.get(split, text.replace("ID", f"p{number}"))
            (tmp_path / name).write_bytes(own.encode())
        return tmp_path

    return make


@pytest.mark.parametrize("start", ["", "\ufeff", "\n \n", "\ufeff\r\n"])
def test_own_ids_and_columns_are_kept(raw, start):
    text = start + HEAD + "ID-1\tnews\tA dog\tA cat\t2.5\n\nID-2\tweb\tOne\tTwo\t0\n"
    rows = read_pairs(raw(text), validated(Pairs, OWN))
    assert list(rows.columns) == [
        "row", "id", "split", "target", "source", "sentence1", "sentence2",
    ]  # fmt: skip
    assert list(rows["id"]) == [f"p{number}-{n}" for number in range(3) for n in (1, 2)]
    assert list(rows["source"]) == ["news", "web"] * 3 and list(rows["target"]) == [2.5, 0.0] * 3
    assert list(rows["sentence1"]) == ["A dog", "One"] * 3 and rows["sentence2"][1] == "Two"
    assert list(rows["split"]) == [split for split in FILES for _ in range(2)]


@pytest.mark.parametrize("start", ["", "\ufeff", "\n"])
def test_the_benchmark_is_read_as_it_was(raw, start):
    rows = read_pairs(raw(start + BENCHMARK * 2))
    assert list(rows.columns) == [
        "row", "id", "split", "target", "genre", "filename", "year", "sentence1", "sentence2",
    ]  # fmt: skip
    assert set(rows["genre"]) == {"main-news"}  # no byte-order mark before the first
    assert list(rows["id"][:3]) == ["train-00001", "train-00002", "validation-00001"]


@pytest.mark.parametrize(
    ("changes", "text", "says"),
    [
        ({}, HEAD + "\n\nID\tn\tA\tB\t9\n", r"row 4: likeness '9' is not a number from 0 to 5"),
        ({}, "\n" + HEAD + "\nID\tn\tA\n", r"row 4: fewer than 5 .*\(pair, .*likeness\)"),
        ({}, HEAD + "\n\t\tA\tB\t1\n", r"row 3: pair '' is empty, or another pair's"),
        ({}, HEAD + "ID\tn\tA\tB\t1\n\nID\tn\tA\tB\t1\n", r"row 4: pair 'p0' is .* another pair's"),
        ({}, HEAD + "same\tn\tA\tB\t1\n", r"sts-dev\.csv, row 2: pair 'same' is .* another pair's"),
        ({"score": "score"}, HEAD, r"sts-train\.csv: unknown column 'score'"),
        ({"id": "ids"}, HEAD, r"unknown column 'ids'"),
        ({"sentences": ["a", "a"]}, HEAD, "occurs twice"),
        ({}, HEAD.replace("source", "row"), r"the column 'row' occurs twice, or has a name that"),
        ({}, HEAD.replace("source", "a"), r"the column 'sentence1' occurs twice, or has a name"),
        ({}, "", r"unknown column 'likeness'"),
        ({"columns": ["pair", "a", "b"]}, HEAD, r"unknown column 'likeness'"),
    ],
)  # fmt: skip
def test_bad_pairs_are_one_line(raw, changes, text, says):
    with pytest.raises(UserError, match=says) as caught:
        read_pairs(raw(text), validated(Pairs, {**OWN, **changes}))
    assert "\n" not in str(caught.value)


def test_a_vector_file_may_begin_with_a_byte_order_mark(tmp_path):
    path = tmp_path / "vectors"
    path.write_bytes(b"\xef\xbb\xbfdog 1 2\ncat 3 4\n")
    embedding = Embedding(url="http://e", member="v", dimension=2)
    found = read_vectors(path, ["dog", "cat"], embedding)
    np.testing.assert_array_equal([found["dog"], found["cat"]], [[1, 2], [3, 4]])
