"""Tables of load as people have them: read as the plain form is, or refused in one line."""

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from load_files import changed, clocks, hours, text_of, written

from regression_unlearning.data.families.load_windows import table as wide_table
from regression_unlearning.data.families.load_windows.format import Format
from regression_unlearning.data.families.load_windows.table import read
from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import validated

#: How a date may be written: by strftime, and the setting that is needed.
WAYS = {
    "iso": ("%Y-%m-%d %H:%M", None),
    "iso with T": ("%Y-%m-%dT%H:%M:%S", None),
    "day first": ("%d/%m/%Y %H:%M", None),
    "day first, dots": ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M"),
    "month first": ("%m/%d/%Y %H:%M:%S", None),
    "month first, halves of a day": ("%m/%d/%Y %I:%M %p", None),
    "two digits": ("%d/%m/%y %H:%M", None),
    "month's name": ("%d-%b-%Y %H:%M", None),
    "time first": ("%H:%M %d.%m.%Y", None),
    "digits": ("%Y%m%d%H%M", "%Y%m%d%H%M"),
    "epoch": ("%s", "epoch"),
    "utc": ("%Y-%m-%dT%H:%M:%SZ", None),
    "utc named": ("%Y-%m-%d %H:%M:%S UTC", None),
    "offset": ("%Y-%m-%d %H:%M-03:30", None),
    "offset, day first": ("%d.%m.%Y %H:%M +0100", "%d.%m.%Y %H:%M %z"),
}
NAMES = st.text("aB1é,;. -", min_size=1, max_size=6).map(str.strip).filter(bool)


@st.composite
def tables(draw):
    """Dates and load of some customers, over two days or more: what is to be read."""
    step = draw(st.sampled_from([60, 30, 15]))
    names = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    first = pd.Timestamp(draw(st.dates(datetime.date(1999, 12, 1), datetime.date(2031, 1, 1))))
    first += pd.Timedelta(hours=draw(st.integers(0, 23)))
    rows = draw(st.integers(49, 80)) * 60 // step
    load = np.random.default_rng(draw(st.integers(0, 99))).integers(-9, 9999, (rows, len(names)))
    return pd.date_range(first, periods=rows, freq=f"{step}min"), names, load / 1000


def same(one, other):
    assert one.first == other.first and one.names == other.names
    np.testing.assert_array_equal(one.load, other.load)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tables")


@settings(max_examples=60, deadline=None)
@given(
    tables(),
    st.sampled_from(list(WAYS)),
    st.sampled_from([None, "no time", "24:00"]),
    st.sampled_from(",;\t|"),
    st.sampled_from(".,"),
    st.fixed_dictionaries({"quoted": st.booleans(), "index": st.booleans()}),
    st.sampled_from(["", "Zeit", "date"]),
    st.fixed_dictionaries(
        {"finer": st.sampled_from(["sum", "mean"]), "stamp": st.sampled_from(["begin", "end"])}
    ),
    st.sampled_from(["utf-8", "utf-8-sig"]),
    st.sampled_from(["\n", "\r\n", "\n\n"]),
)
def test_every_form_reads_as_the_plain_one(
    folder, made, way, short, delimiter, decimal, look, date, counted, encoding, ends
):
    dates, names, load = made
    strftime, asked = WAYS[way]
    look = {**look, "index": look["index"] and date != "", "short": short, "date": date}
    if not strftime.endswith("%H:%M") or strftime.startswith("%H"):
        look["short"] = None
    text = text_of(dates, names, load, delimiter=delimiter, decimal=decimal, way=strftime, **look)
    form = Format(
        delimiter=delimiter, decimal=decimal, date_format=asked, date=date or None, **counted
    )
    ours = read(written(folder, text.replace("\n", ends), encoding), form)
    plain = read(written(folder, text_of(dates, names, load)), Format(**counted))
    same(ours, plain)


@pytest.mark.parametrize("month", ["%b", "%B"])
def test_names_of_months_of_a_table_that_begins_in_may(folder, month):
    """May is its own abbreviation: the first dates do not tell how June is written."""
    table = {"rows": 150, "first": "2014-05-27 00:00"}
    wanted = read(written(folder, hours(**table)), Format())
    text = hours(**table, way=f"%d-{month}-%Y %H:%M")
    assert ("-June-" if month == "%B" else "-Jun-") in text
    same(read(written(folder, text), Format()), wanted)


def test_offsets_that_change_make_neither_gap_nor_repetition(folder):
    """Instants, by the clock of the first row; without offsets an hour stands there twice."""
    plain = read(written(folder, hours(first="2014-10-25 00:00")), Format())
    same(read(written(folder, clocks()), Format()), plain)
    with pytest.raises(UserError, match=r"row 28: .*26T01:00:00 stands twice.*its offset"):
        read(written(folder, clocks(offset=False)), Format())


@pytest.mark.parametrize(
    ("text", "form", "said"),
    [
        # what stands in a row is told by its number of fields
        (changed("date,", ""), {}, r"line 2: it has 3 fields, and the header 2 names"),
        (changed("date,", "id,date,"), {}, r"line 2: it has 3 fields, and the header 4 names"),
        (changed("02:00,", "02:00,7,"), {}, r"line 4: it has 4 fields, and the header 3 names"),
        (hours(decimal=",").replace('"', ""), {}, r"line 2: it has 5 fields.* double quotes"),
        (hours()[:-9], {"fill": 9}, r"line 61: it has 2 fields, and the header 3 names"),
        # numbers
        (hours(decimal=","), {}, r"row 2: .*'a' holds '\d,\d+', no .*decimal is '\.'\)"),
        (hours(delimiter=";"), {"delimiter": ";", "decimal": ","}, r"row 2: .*decimal is ','"),
        (hours(delimiter=";"), {"delimiter": ";", "decimal": ",", "fill": 2}, r"decimal is ','"),
        (changed("02:00,", "02:00,1e40;", 1, delimiter=",").replace("1e40;", "1e40"), {},
         r"row 4: .*'a' holds '1e40\d"),
        (changed("02:00,", "02:00,N/A") , {}, r"row 4: .*'a' holds 'N/A"),
        # the header
        (hours().split("\n", 1)[1], {}, r"its first line begins with '2014-03-29 00:00', a date"),
        (hours(delimiter=";"), {}, r"columns stand apart by ';', not ','; set source.table.delim"),
        (hours(index=True), {}, r"row 2: '0' is no date.* source.table.date to the column"),
        (hours(index=True).replace("b", "Unnamed: 0"), {"date": "date"}, r"column 4 has no name"),
        (hours(index=True), {"date": "Date"}, "no column is named 'Date'; the first is ''"),
        (hours().replace("a,b", "a,a"), {}, r"name is twice there \('a'\)"),
        # dates
        (changed("02:00,", "02:00+01:00,"), {}, r"row 4: '2014-03-29 02:00\+01:00' has an offset"),
        (clocks().replace("+0100", "", 1), {}, r"row 3: .* has an offset .* others have none"),
        (changed("2014-03-29 02:00", "29/03/2014 02:00"), {}, r"row 4: '29/03/2014 02:00' is no d"),
        (changed("29/03/2014 02", "2014-03-29 02", way="%d/%m/%Y %H:%M"), {},
         r"row 4: '2014-03-29 02:00' is no date written as %d/%m/%Y %H:%M"),
        (hours(20, "2014-03-02 02:00", way="%d/%m/%Y %H:%M"), {},
         r"row 2: '02/03/2014 02:00' may be written as %m/%d/%Y %H:%M or %d/%m/%Y %H:%M; set"),
        (hours(way="%d/%m/%Y %H:%M"), {"date_format": "%m/%d/%Y %H:%M"}, r"row 2: '29/03/2014 00"),
        (hours(way="%d/%m/%Y"), {}, r"row 26: 1440 minutes after row 25"),
        (text_of([pd.Timestamp("2014-01-01", tz="UTC")] * 2, ["a"], [[1.0]] * 2, way="%s"), {},
         r"row 2: '1388534400' is no date.*epoch for seconds since 1970"),
        (changed("29 02:00", "29 02:10"), {}, r"row 4: .*02:10:00 follows .*60 minutes apart"),
        (changed("29 02:00", "29 24:30"), {}, r"row 4: '2014-03-29 24:30' is no date"),
        # texts that are none
        (hours().encode("utf-16"), {}, "is UTF-16 text; save it as UTF-8"),
        (hours().encode("utf-16-le"), {}, "is UTF-16 text; save it as UTF-8"),
        (hours().replace("b", "ü", 1).encode("latin-1"), {}, "is text in Latin-1 or .* as UTF-8"),
        ((hours() + "x" * 9000 + "ü,1,2").encode("cp1252"), {}, "is text in Latin-1 or .* UTF-8"),
        (b"PK\x03\x04\x14\0\x06\0", {}, "is a zip archive or a workbook; save it as UTF-8"),
    ],
)  # fmt: skip
def test_a_table_that_would_be_misread_is_refused_in_one_line(folder, text, form, said):
    path = written(folder, text)
    with pytest.raises(UserError, match=said) as told:
        read(path, Format(**form))
    assert str(told.value).startswith((str(path), "cannot read")) and "\n" not in str(told.value)


def test_a_field_too_many_and_a_gap_are_seen_where_one_part_ends(folder, monkeypatch):
    """There pandas drops the field without a word."""
    monkeypatch.setattr(wide_table, "HELD", 1)  # parts of 1,000 rows
    lines = hours(1500).split("\n")
    lines[1001] += ",7"
    with pytest.raises(UserError, match="line 1002: it has 4 fields"):
        read(written(folder, "\n".join(lines)), Format())
    lines = hours(1500).split("\n")
    del lines[1001]
    wanted = read(written(folder, hours(1500)), Format()).load
    wanted[:, 1000] = np.nan
    found = read(written(folder, "\n".join(lines)), Format(fill=1)).load
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize(
    ("key", "wrong", "said"),
    [
        *[
            ("date_format", way, "does not give day and hour")
            for way in ("%Y-%m-%d", "%d/%m/%Y %I:%M", "%Q", "iso", "%H:%M")
        ],
        *[("delimiter", sign, "must be one character") for sign in ("", r"\t", '"', ", ")],
        ("delimiter", "\n", "write it on one line"),
        ("decimal", ";", "must be"),
    ],
)
def test_settings_by_which_no_table_is_written_are_refused(key, wrong, said):
    with pytest.raises(UserError, match=f"{key}.* {said}"):
        validated(Format, {key: wrong})
