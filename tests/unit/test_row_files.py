"""Tables of rows written otherwise: the same cells, so the same arrays and rows, byte for byte."""

import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_rows import COUNT, OPTIONS, frame

from regression_unlearning.data.prepared import prepare
from regression_unlearning.data.reading_text_table import read_text_table
from regression_unlearning.data.sources import table
from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import validated


@pytest.fixture
def arrays(tmp_path):
    """Prepare a file of rows; what its arrays and its rows are, as bytes."""

    def go(path, **options):
        chosen = {"file": path.name, "folder": str(tmp_path), **OPTIONS, **options}
        settings = validated(table.Settings, chosen, "source")
        raw, folder = tmp_path / f"raw/{path.suffix}", tmp_path / f"prepared/{path.suffix}"
        table.download(raw, settings, mirror=None, checksums=tmp_path / "c.json", embedding=None)
        prepare(raw, folder, "table", settings, None)
        return [(folder / name).read_bytes() for name in ("arrays.safetensors", "rows.csv")]

    return go


def written(given, path, sign=","):
    given.to_csv(path, index=False, sep=sign, decimal="." if sign == "," else ",")
    return path


DRAWN = {"divided": {"seed": 3}, "id": None}


@pytest.mark.parametrize("options", [{}, DRAWN])
@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_other_signs_are_read_as_commas_and_points_are(arrays, tmp_path, sign, options):
    given = frame().drop(columns=["name", "split"] if options else [])
    wanted = arrays(written(given, tmp_path / "plain.csv"), **options)
    path = written(given, tmp_path / "other.txt", sign)
    assert arrays(path, delimiter=sign, decimal=",", **options) == wanted


@pytest.mark.parametrize("options", [{}, DRAWN])
@pytest.mark.parametrize("sign", [",", ";"])
def test_lines_of_separators_alone_at_the_end_change_nothing(arrays, tmp_path, sign, options):
    """A spreadsheet writes them for rows that once held something."""
    given = frame().drop(columns=["name", "split"] if options else [])
    decimal = "." if sign == "," else ","
    path = written(given, tmp_path / "plain.csv", sign)
    wanted = arrays(path, delimiter=sign, decimal=decimal, **options)
    longer = tmp_path / "longer.txt"
    end = sign * (len(given.columns) - 1) + "\n"
    longer.write_text(path.read_text(encoding="utf-8") + 3 * end, encoding="utf-8")
    assert arrays(longer, delimiter=sign, decimal=decimal, **options) == wanted
    assert read_text_table(longer).count == len(given)
    inside = path.read_text(encoding="utf-8").split("\n")
    longer.write_text("\n".join([*inside[:3], end.strip(), *inside[3:]]), encoding="utf-8")
    with pytest.raises(UserError, match="line 4"):
        arrays(longer, delimiter=sign, decimal=decimal, **options)


def test_names_with_blanks_are_the_ones_that_a_look_names(arrays, tmp_path):
    wanted = arrays(written(frame(), tmp_path / "plain.csv"))
    path = written(frame().rename(columns=lambda name: f" {name} "), tmp_path / "other.txt")
    assert list(read_text_table(path).rows) == list(frame())
    assert arrays(path) == wanted


def test_a_line_is_named_where_a_field_holds_a_line_end(arrays, tmp_path):
    given = frame().astype({"size": object})
    given.loc[0, "colour"], given.loc[2, "size"] = "red;\ngreen", "4o"
    with pytest.raises(UserError, match="other.csv, line 5: size '4o' is not a number"):
        arrays(written(given, tmp_path / "other.csv", ";"), delimiter=";", decimal=",")


KINDS = {
    "as pandas has them": lambda given: given,
    "words numbered": lambda given: given.astype({"colour": "category", "split": "category"}),
    "whole numbers of one byte": lambda given: given.astype({"zone": "int8"}),
    "an index as a column": lambda given: given.set_index("name"),
    "a nameless index": lambda given: given.set_index(np.arange(COUNT) ** 2),
    "empty texts": lambda given: given.assign(colour=given["colour"].fillna("")),
}


@pytest.mark.parametrize("kind", KINDS)
def test_parquet_is_read_as_csv_is(arrays, tmp_path, kind):
    given = KINDS[kind](frame())
    given.to_parquet(tmp_path / "t.parquet")
    columns = pq.read_schema(tmp_path / "t.parquet").names  # in the file's order
    plain = frame()[[name for name in columns if name in frame()]]
    assert arrays(tmp_path / "t.parquet") == arrays(written(plain, tmp_path / "plain.csv"))


@pytest.mark.parametrize("storage", ["python", "pyarrow"])
def test_parts_do_not_depend_on_how_pandas_keeps_text(arrays, tmp_path, storage):
    """Rows without ids are named by a hash of their fields; pandas keeps text in two ways."""
    path = written(frame().drop(columns=["name", "split"]), tmp_path / "plain.csv")
    usual = arrays(path, **DRAWN)
    with pd.option_context("mode.string_storage", storage):
        assert arrays(path, **DRAWN) == usual


def test_dates_and_decimals_become_text_and_numbers(arrays, tmp_path):
    days = pd.date_range("2014-01-31", periods=COUNT)
    given = frame().assign(day=days, size=frame()["size"].round(2))
    held = pa.Table.from_pandas(given)
    for name, kind in (("size", pa.decimal128(9, 2)), ("day", pa.date32())):
        held = held.set_column(held.schema.names.index(name), name, held[name].cast(kind))
    pq.write_table(held, tmp_path / "t.pq")
    more = {"leave_out": ["code", "day"]}
    wanted = arrays(written(given, tmp_path / "plain.csv"), **more)
    assert arrays(tmp_path / "t.pq", **more) == wanted


def nested(given, path):
    given.assign(late=[[1.0, 2.0]] * COUNT).to_parquet(path)


def damaged(given, path):
    given.to_parquet(path)
    content = bytearray(path.read_bytes())
    content[8:200] = bytes(192)
    path.write_bytes(content)


def mistyped(given, path):
    given.assign(size=[*"12", "4o", *["5"] * (COUNT - 3)]).to_parquet(path)


WRONG = {
    "a column of lists": (nested, "late holds list<element: double> values"),
    "a file of text": (written, "as Parquet: "),
    "damage": (damaged, "as Parquet: "),
    "a number mistyped": (mistyped, "t.parquet, row 3: size '4o' is not a number"),
    "no row": (lambda given, path: given[:0].to_parquet(path), "and no row"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_with_parquet_is_said_in_one_line(arrays, tmp_path, case):
    write, said = WRONG[case]
    write(frame(), tmp_path / "t.parquet")
    with pytest.raises(UserError) as caught:
        arrays(tmp_path / "t.parquet")
    assert said in str(caught.value) and "\n" not in str(caught.value)
    assert not (tmp_path / "raw/.parquet/table.parquet").exists()


def test_without_pyarrow_the_message_says_how_to_get_it(arrays, tmp_path, monkeypatch):
    frame().to_parquet(tmp_path / "t.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UserError, match=r"install regression-unlearning\[parquet\], or save"):
        arrays(tmp_path / "t.parquet")


def test_a_look_at_parquet_sees_what_one_at_csv_does(tmp_path):
    frame().to_parquet(tmp_path / "t.parquet")
    parquet = read_text_table(tmp_path / "t.parquet")
    plain = read_text_table(written(frame(), tmp_path / "t.csv"))
    assert parquet.kinds == plain.kinds and parquet.id == plain.id
    assert parquet.missing.to_dict() == plain.missing.to_dict()
