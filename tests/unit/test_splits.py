"""How rows are divided: groups stay whole, and what comes or goes moves no other row."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regression_unlearning.data.families.sentence_pairs.pairs import Pairs, read_pairs
from regression_unlearning.data.overlaps import says_whose, torn
from regression_unlearning.data.splits import Split, divided, drawn, hashed
from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import validated

FILE = Path("mine.csv")
NAMES = [f"n{number}" for number in range(300)]


def parts(names, split):
    return hashed(pd.Series(names, dtype=str), split, FILE)


@settings(deadline=None, max_examples=50)
@given(
    seed=st.integers(0, 2**32 - 1),
    group=st.lists(st.integers(0, 199), min_size=600, max_size=600),
    gone=st.sets(st.integers(0, 599), max_size=300),
)
def test_groups_are_whole_and_rows_that_go_move_no_other(seed, group, gone):
    """Of 200 and more by themselves: a part stays empty in one draw of 10^9."""
    names = NAMES + [f"n{one}" for one in group]
    whole = parts(names, Split(seed=seed))
    told = dict(zip(names, whole, strict=True))
    assert [told[name] for name in names] == list(whole)
    left = [number for number in range(len(names)) if number - 300 not in gone]
    left = left[::-1]  # the order says nothing either
    assert list(parts([names[n] for n in left], Split(seed=seed))) == list(whole[left])
    wider = parts(names, Split(seed=seed, validation=0.3))
    assert ((whole == "test") == (wider == "test")).all()
    assert (wider[whole == "validation"] == "validation").all()


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 2**32 - 1), validation=st.floats(0.05, 0.4), test=st.floats(0.05, 0.4))
def test_the_shares_are_near_those_asked_for(seed, validation, test):
    """Six deviations of a binomial of 4,000."""
    found = parts(range(4000), Split(validation=validation, test=test, seed=seed))
    for part, share in (("validation", validation), ("test", test)):
        assert abs((found == part).mean() - share) <= 6 * (share * (1 - share) / 4000) ** 0.5


def test_a_part_follows_from_the_first_bits_of_sha_256():
    split = Split(validation=0.2, test=0.25, seed=7)
    for name, part in zip(NAMES, parts(NAMES, split), strict=True):
        number = int(hashlib.sha256(f"7\0{name}".encode()).hexdigest(), 16)
        low, high = number * 5 < 2**256, number * 4 >= 3 * 2**256
        assert part == ("validation" if low else "test" if high else "train")
    assert (
        list(parts([" e\u0301", "\u00e9 ", *NAMES], split)[:2])
        == [parts([*NAMES, "é"], split)[-1]] * 2
    )


def test_without_groups_the_older_draw_stays():
    rows = pd.DataFrame({"person": NAMES})
    assert list(divided(rows, Split(seed=3), FILE)) == list(drawn(300, Split(seed=3)))
    order = np.random.default_rng(3).permutation(300)
    assert set(np.flatnonzero(drawn(300, Split(seed=3)) == "validation")) == set(order[:39])
    assert list(divided(rows, Split(by="person"), FILE)) == list(parts(NAMES, Split()))


@pytest.mark.parametrize(
    ("names", "by", "says"),
    [
        (NAMES, "persons", "source.divided.by: unknown column 'persons'; .*person"),
        (["a", " ", "", *NAMES], "person", "2 rows have no person, .* take them out"),
        (["a", "b", "a"], "person", r"the \w+ part holds none of 2 by person: .* another .*seed"),
        (["a", "b", "a"], None, r"the \w+ part holds none of 2 by row: "),
    ],
)
def test_what_cannot_be_divided_is_one_line(names, by, says):
    rows = pd.DataFrame({"person": names})
    with pytest.raises(UserError, match=f"^mine.csv: {says}") as caught:
        divided(rows, Split(by=by), FILE, rows["person"])
    assert "\n" not in str(caught.value)


def test_pairs_of_one_file_are_divided(tmp_path):
    lines = [f"p{n}\td{n // 3}\tA {n}\tB\t{n % 5}" for n in range(120)]

    def read(lines, **own):
        text = "\n".join(["pair\tdocument\ta\tb\tlikeness", *lines])
        (tmp_path / "pairs.csv").write_text(text, encoding="utf-8")
        layout = {"columns": None, "score": "likeness", "sentences": ["a", "b"], **own}
        return read_pairs(tmp_path, validated(Pairs, layout)).set_index("sentence1")

    for own in ({"divided": {}}, {"divided": {}, "id": "pair"}, {"divided": {"by": "document"}}):
        whole, less = read(lines, **own), read(lines[40:], **own)
        assert set(whole["split"]) == {"train", "validation", "test"}
        assert less["split"].equals(whole["split"][40:])
    assert (whole.groupby("document")["split"].nunique() == 1).all()


@pytest.mark.parametrize(
    ("column", "words", "numbers"),
    [
        ("person", True, True), ("PatientID", True, True), ("user_name", True, True),
        ("Customers", True, False), ("households", True, False), ("people", True, False),
        ("num_persons", True, False), ("identity", True, True), ("subject no.", True, True),
        ("customer_age", False, False), ("id", False, False), ("file", False, False),
        ("personality", False, False), ("filename", False, False),
    ],
)  # fmt: skip
def test_columns_that_say_whose_a_row_is(column, words, numbers):
    assert (says_whose(column), says_whose(column, numbers=True)) == (words, numbers)


def test_people_in_several_parts_are_told_loudly(caplog):
    rows = pd.DataFrame(
        {
            "split": ["train", "train", "test", "validation", "test", "train"],
            "person": ["a", "b", "a", "b", "c", ""],
            "patient_id": list("112233"),
            "owner": list("112334"),
            "households": list("111111"),
        }
    )
    assert torn(rows, FILE) == {"person": [2, 3], "patient_id": [1, 3]}
    first, _ = caplog.messages
    assert first.startswith("mine.csv: 2 of 3 by the column 'person' have rows in training and in")
    assert "source.divided: {by: person}" in first and "\n" not in first
    windows = rows.rename(columns={"person": "customer"}).assign(first=0, hour=1)
    assert "customer" not in torn(windows, FILE)  # load is divided by time
