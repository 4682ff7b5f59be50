"""Tables of rows: arrays against scikit-learn, what is refused, and files looked at in pieces."""

import io
import re

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler

from regression_unlearning.data import headers
from regression_unlearning.data.families.rows.prepare import prepare as to_arrays
from regression_unlearning.data.prepared import load_prepared, prepare, read_rows
from regression_unlearning.data.sources import demo_rows, table
from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import validated

COUNT = 60


def frame(seed=0):
    """A table with gaps in training rows and outside, and words that training rows lack."""
    random = np.random.default_rng(seed)
    split = np.array(["train"] * 40 + ["val"] * 10 + ["test"] * 10)
    words = random.choice(["red", "green", "NEAR BAY, north"], COUNT).astype(object)
    words[[3, 45]], words[50] = None, "violet"
    size = random.normal(50, 9, COUNT)
    size[[1, 7, 42]] = np.nan
    late = random.normal(0, 2, COUNT)
    late[55] = np.nan
    return pd.DataFrame(
        {
            "price": random.normal(200_000, 30_000, COUNT).round(2),
            "name": [f"house {number}" for number in range(COUNT)],
            "split": split,
            "size": size,
            "late": late,
            "same": 1.1,
            "colour": words,
            "zone": random.integers(1, 4, COUNT),
            "code": [f"{number % 7:03d}" for number in range(COUNT)],
        }
    )


OPTIONS = {"target": "price", "id": "name", "categories": ["zone"], "leave_out": ["code"]}


@pytest.fixture
def made(tmp_path):
    """Prepare a table from its text or frame; the folder of the prepared dataset."""

    def go(content, name="table.csv", **options):
        text = content.to_csv(index=False) if isinstance(content, pd.DataFrame) else content
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        chosen = {"file": name, "folder": str(tmp_path), **options}
        settings = validated(table.Settings, chosen, "source")
        raw, folder = tmp_path / "raw" / "mine", tmp_path / "prepared"
        table.download(raw, settings, mirror=None, checksums=tmp_path / "c.json", embedding=None)
        prepare(raw, folder, "table", settings, None)
        return folder

    return go


def test_a_table_that_was_changed_for_the_worse_is_named_where_it_lies(made, tmp_path):
    made(frame(), **OPTIONS)
    copy = tmp_path / "raw/mine/table.csv"
    before = copy.read_bytes()
    with pytest.raises(UserError, match=re.escape(f"{tmp_path / 'table.csv'}, line 2: price ")):
        made(
            frame().astype({"price": object}).replace({"price": {frame()["price"][0]: "dear"}}),
            **OPTIONS,
        )
    assert copy.read_bytes() == before


def test_numbers_and_categories_are_those_of_scikit_learn_and_pandas(made):
    given = frame()
    folder = made(given, **OPTIONS)
    data, rows = load_prepared(folder, "rows"), read_rows(folder)
    train = (given["split"] == "train").to_numpy()
    numbers = given[["size", "late"]].to_numpy()
    filled = SimpleImputer(strategy="median").fit(numbers[train]).transform(numbers)
    scaled = StandardScaler().fit(filled[train]).transform(filled)
    # late lacks none in training; same says nothing
    wanted = np.column_stack([scaled[:, 0], np.isnan(numbers[:, 0]), scaled[:, 1]])
    batch = data.batch(data.split.new_tensor(range(COUNT)).long())
    assert np.array_equal(batch["numeric"].numpy(), wanted.astype(np.float32))
    known = {
        "colour": [*sorted(given["colour"][train].dropna().unique()), None],
        "zone": sorted(given["zone"][train].unique()),
    }
    for place, (name, words) in enumerate(known.items()):
        cells = given[name].astype(object).where(given[name].notna(), None)
        codes = [words.index(cell) + 1 if cell in words else 0 for cell in cells]
        assert batch["categorical"][:, place].tolist() == codes, name
    assert data.inputs.sizes == [5, 4] and codes != batch["categorical"][:, 0].tolist()
    assert rows["id"].tolist() == given["name"].tolist()
    assert rows["target"].tolist() == given["price"].tolist()
    assert rows["code"].tolist() == given["code"].tolist()  # 001 stays 001
    assert set(rows["split"]) == {"train", "validation", "test"}


def test_columns_can_be_named_and_parts_drawn(made):
    given = frame().drop(columns=["split", "name"])
    folder = made(given, target="price", features=["late"], divided={"seed": 1})
    data, rows = load_prepared(folder, "rows"), read_rows(folder)
    assert (data.inputs.width, data.inputs.sizes) == (1 + (rows["split"][55] == "train"), [])
    assert rows["id"].tolist() == [str(number) for number in range(COUNT)]
    assert list(rows.columns)[4:] == ["size", "late", "same", "colour", "zone", "code"]


def test_columns_that_nobody_needs_are_not_read(made):
    folder = made(frame(), **OPTIONS)
    whole = read_rows(folder)
    own = ["row", "id", "split", "target"]
    pd.testing.assert_frame_equal(read_rows(folder, ["colour"]), whole[[*own, "colour"]])
    pd.testing.assert_frame_equal(read_rows(folder, []), whole[own])
    pd.testing.assert_frame_equal(read_rows(folder, ["color"]), whole)  # a message names them all


def test_row_numbers_that_pandas_has_saved_are_not_read(made):
    given = frame().drop(columns=["split", "name"])
    given.insert(0, "Unnamed: 0", range(COUNT))
    own = {"target": "price", "features": None, "divided": {"seed": 1}}
    plain = load_prepared(made(given.drop(columns="Unnamed: 0"), **own), "rows").inputs.width
    assert load_prepared(made(given, **own), "rows").inputs.width == plain
    text = io.StringIO()
    given.to_csv(text)  # a second one, without a name
    folder = made(text.getvalue(), **own)
    assert load_prepared(folder, "rows").inputs.width == plain
    assert "Unnamed: 0" not in read_rows(folder)


def test_numbers_with_signs_that_repeat_are_warned_of(made, caplog):
    made(changed().assign(fee=[f"{n % 3} km" for n in range(COUNT)]), **OPTIONS)
    (said,) = [one for one in caplog.messages if "fee" in one]
    assert "read as words; write digits alone" in said and "'0 km'" in said


def changed(row=None, **cells):
    """The table with other cells: of one row, or of all."""
    given = frame().astype(dict.fromkeys(cells, object))
    for name, cell in cells.items():
        given.loc[slice(None) if row is None else row, name] = cell
    return given


WRONG = {
    "no such column": ({"target": "prize"}, frame(), "unknown column 'prize'"),
    "no such feature": ({"leave_out": ["codes"]}, frame(), "it is what source.leave_out names"),
    "no split": ({}, frame().drop(columns="split"), "or have the parts drawn by source.divided"),
    "a part of another name": ({}, changed(2, split="dev0"), "line 4: split 'dev0' is none of"),
    "a target of text": ({}, changed(2, price="dear"), "line 4: price 'dear' is not a number"),
    "a target that is missing": ({}, changed(2, price=None), "line 4: price '' is not a number"),
    "a target without end": ({}, changed(2, price="inf"), "line 4: price"),
    "the same target": ({}, changed(price=7.5), "price is 7.5 in every training row"),
    "nothing": ({}, "", "table.csv is empty; a table has a line of names"),
    "a header alone": ({}, frame()[:0], "holds names of columns and no row"),
    "an id twice": (
        {},
        changed(5, name="house 4"),
        "line 7: name 'house 4' is the id of an earlier row",
    ),
    "no id": ({}, changed(5, name=None), "line 7: name '' is no id"),
    "a column of nothing": ({}, changed(size=None), "size is empty in every training row"),
    "a number mistyped": ({}, changed(9, size="4o"), "line 11: size '4o' is not a number"),
    "names in place of categories": ({"id": None}, frame(), "name has 60 different words for 40"),
    "numbers with signs": (
        {}, changed().assign(fee=[f"$1,{n:03d}" for n in range(COUNT)]),
        "write digits alone (1200.5) where numbers are meant, not '$1,000'; or leave it out",
    ),
    "a target with a unit": (
        {}, changed(2, price="12 km"), "price '12 km' is not a number (digits alone, such as",
    ),
    "a name that is taken": ({}, frame().assign(row=1), "the column 'row' has a name that"),
    "all left out": (
        {"leave_out": ["size", "late", "same", "colour", "zone", "code"], "categories": []},
        frame(), "no column is left to predict from",
    ),
    "nothing but one value": (
        {"features": ["same"], "leave_out": [], "categories": []}, frame(), "every feature is the",
    ),
    "a part without rows": ({}, changed(split="train"), "the validation part holds no row"),
    "too many fields": ({}, "price,name,split\n1,a,train\n2,b,test,3\n", "line 3: it has 4 fields"),
    "too few fields": ({}, "price,name,split\n1,a,train\n\n2,b\n", "line 4: it has 2 fields"),
    "another sign": ({}, "price;name;split\n1;a;train\n", "by ';', not ','; set source.delimiter"),
    "another encoding": ({}, "price,name,split\n1,a,train\n".encode("utf-16"), "UTF-8"),
    "the target as a feature": ({"leave_out": ["price"]}, frame(), "'price' is the target"),
    "a category that is none": ({"leave_out": ["zone"]}, frame(), "'zone' is no feature"),
    "no features": ({"features": [], "leave_out": []}, frame(), "features: "),
    "both ways": ({"features": ["size"]}, frame(), "give either features or leave_out"),
    "no CSV": ({"file": "table.xlsx"}, frame(), ".xlsx files are not read; save it as CSV"),
    "CSV called Parquet": ({"file": "table.parquet"}, frame(), "does not hold table.parquet"),
    "a comma for both": ({"decimal": ","}, frame(), "a comma stands between columns too"),
    "decimals behind commas": (
        {"delimiter": ";"}, "price;name;split;zone;code\n1,5;a;train;1;2\n2,5;b;test;1;2\n",
        "price holds '1,5'; where commas stand before decimals, set source.decimal",
    ),
    "thousands behind points": (
        {"delimiter": ";", "decimal": ","}, "price;name;split;zone;code\n1,5;a;train;1;2\n"
        "1.285;b;test;1;2\n", "line 3: price '1.285' has a point, and commas stand before",
    ),
    "a word among decimals behind commas": (
        {"delimiter": ";", "decimal": ","},
        "price;name;split;zone;code\n1,5;a;train;1;2\ndear;b;test;1;2\n",
        "line 3: price 'dear' is not a number",
    ),
    "no file": ({"file": "tables.csv"}, frame(), "does not hold tables.csv"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_in_one_line(made, tmp_path, case):
    options, content, said = WRONG[case]
    with pytest.raises(UserError) as caught:
        made(content, **{**OPTIONS, **options})
    message = str(caught.value)
    assert said in message and "\n" not in message
    assert not (tmp_path / "raw/mine/table.csv").exists() or case in {
        "a part without rows", "nothing but one value",
    }  # fmt: skip


def test_the_embedded_rows_are_the_same_bytes_each_time(tmp_path):
    settings = validated(demo_rows.Settings, {})
    found = []
    for name in "ab":
        folder = tmp_path / name
        demo_rows.download(folder, settings, mirror=None, checksums=folder / "c", embedding=None)
        found.append((folder / "table.csv").read_bytes())
    rows, arrays = to_arrays(tmp_path / "a", settings)
    assert found[0] == found[1]
    assert arrays["numeric"].shape == (442, 9) and arrays["sizes"].tolist() == [3]
    assert rows["target"].between(25, 346).all()


EVEN = {
    "plain": ("a,b\n1,2\n3,4\n", True),
    "no end of line": ("a,b\n1,2\n3,4", True),
    "line ends of two signs": ("a,b\r\n1,2\r\n", True),
    "a sign in quotes": ('a,b\n"1,5","2\n""x"""\n', True),
    "letters of several bytes": ("a,b\nä,€\n", True),
    "a byte-order mark": ("\ufeffa,b\n1,2\n", True),
    "empty fields": ("a,b\n,\n,\n", True),
    "a field too few": ("a,b\n1,2\n3\n", False),
    "a field too many": ("a,b\n1,2\n3,4,5\n", False),
    "the last line too short": ("a,b\n1,2\n3", False),
    "quotes left open": ('a,b\n1,"2\n', False),
    "a quote within a word": ('a,b\n1,5"\n3,4\n', False),
    "a blank line": ("a,b\n1,2\n\n3,4\n", False),
}


@pytest.mark.parametrize("piece", [1, 2, 3, 1 << 24])
@pytest.mark.parametrize("case", EVEN)
def test_lines_are_counted_alike_in_pieces_of_any_size(tmp_path, monkeypatch, case, piece):
    text, even = EVEN[case]
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode())
    monkeypatch.setattr(headers, "PIECE", piece)
    assert headers._even(path, ",", 2) == even


def test_pieces_refuse_what_is_no_text(tmp_path):
    (tmp_path / "t.csv").write_bytes(b"a,b\n1,\xff\n")
    with pytest.raises(UserError, match="UTF-8"):
        headers.read_header(tmp_path / "t.csv", ",", "")


def test_rows_of_a_file_that_is_even_are_not_looked_at_one_by_one(tmp_path, monkeypatch):
    text = io.StringIO()
    frame().to_csv(text, index=False)
    (tmp_path / "t.csv").write_text(text.getvalue(), encoding="utf-8")
    seen, numbered = [], headers.numbered
    monkeypatch.setattr(
        headers, "numbered", lambda *a: (seen.append(row) or row for row in numbered(*a))
    )
    headers.read_header(tmp_path / "t.csv", ",", "")
    assert len(seen) == 1
