"""Tables of load as people have them: read as the plain form is, or refused in one line."""

import csv
import datetime
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regression_unlearning.data.families.load_windows import table as wide_table
from regression_unlearning.data.families.load_windows.format import Format
from regression_unlearning.data.families.load_windows.prepare import prepare
from regression_unlearning.data.families.load_windows.table import read
from regression_unlearning.data.sources import hourly_table
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


def text_of(dates, names, load, *, delimiter=",", decimal=".", way="%Y-%m-%d %H:%M", **options):
    """The table as text."""
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if options.get("quoted") else csv.QUOTE_MINIMAL
    lines = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="\n")
    index = options.get("index", False)
    lines.writerow([""] * index + [options.get("date", "date"), *names])
    for number, (date, row) in enumerate(zip(dates, load, strict=True)):
        text = str(int(date.timestamp())) if way == "%s" else date.strftime(way)
        if options.get("short") and "00:00" in text:
            text = text.replace(" 00:00", "") if options["short"] == "no time" else text
            if options["short"] == "24:00":
                text = (date - pd.Timedelta(days=1)).strftime(way).replace("00:00", "24:00", 1)
        numbers = [f"{value:.3f}".replace(".", decimal) for value in row]
        lines.writerow([number] * index + [text, *numbers])
    return out.getvalue()


def written(folder, text, encoding="utf-8"):
    path = folder / "load.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


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


def hours(rows=60, first="2014-03-29 00:00", **options):
    """A plain table of two customers, as text."""
    load = np.random.default_rng(0).integers(1, 9999, (rows, 2)) / 1000
    return text_of(pd.date_range(first, periods=rows, freq="h"), ["a", "b"], load, **options)


def changed(old, new, count=1, **options):
    text = hours(**options)
    assert old in text
    return text.replace(old, new, count)


def clocks(offset=True, rows=60):
    """Hours across the night of a change of the clock in Lisbon, as a local clock shows them."""
    load = np.random.default_rng(0).integers(1, 9999, (rows, 2)) / 1000
    dates = pd.date_range("2014-10-25 00:00+01:00", periods=rows, freq="h").tz_convert(
        "Europe/Lisbon"
    )
    return text_of(dates, ["a", "b"], load, way="%Y-%m-%dT%H:%M:%S" + "%z" * offset)


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
        (changed("date,", ""), {}, r"row 2: it has 3 fields, and the header 2 names"),
        (changed("date,", "id,date,"), {}, r"row 2: it has 3 fields, and the header 4 names"),
        (changed("02:00,", "02:00,7,"), {}, r"row 4: it has 4 fields, and the header 3 names"),
        (hours(decimal=",").replace('"', ""), {}, r"row 2: it has 5 fields.* double quotes"),
        (hours()[:-9], {"fill": 9}, r"row 61: it has 2 fields, and the header 3 names"),
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
    with pytest.raises(UserError, match="row 1002: it has 4 fields"):
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
            ("date_format", way, "does not say day and hour")
            for way in ("%Y-%m-%d", "%d/%m/%Y %I:%M", "%Q", "iso", "%H:%M")
        ],
        *[("delimiter", sign, "must be one sign") for sign in ("", r"\t", '"', "\n", ", ")],
        ("decimal", ";", "must be"),
    ],
)
def test_settings_by_which_no_table_is_written_are_refused(key, wrong, said):
    with pytest.raises(UserError, match=f"{key}.* {said}"):
        validated(Format, {key: wrong})


def gap_free(folder, **changes):
    source = {"mirror": ["load.csv"], "history": 12, "train": 0.6, "validation": 0.2, "unseen": 0}
    source = validated(hourly_table.Settings, {**source, "late_start": "keep", **changes})
    return prepare(folder, source, None)


def test_a_gap_is_predicted_by_no_window_and_counts_in_no_scale(folder, caplog):
    """Hours 20 and 21 of all, hour 50 of one customer; a network reads a mean there."""
    lines = hours().split("\n")
    whole = pd.read_csv(io.StringIO(hours()))
    date, first, _ = lines[51].split(",")
    lines[51] = f"{date},{first},"
    written(folder, "\n".join(lines[:21] + lines[23:]))
    with pytest.raises(UserError, match=r"row 22: .* are missing"):
        gap_free(folder, table={"fill": 1})
    rows, arrays = gap_free(folder, table={"fill": 2})
    gaps = {("a", 20), ("a", 21), ("b", 20), ("b", 21), ("b", 50)}
    predicted = set(zip(rows["customer"], rows["hour"], strict=True))
    assert predicted == {(one, hour) for one in "ab" for hour in range(12, 60)} - gaps
    for number, name in enumerate("ab"):
        known = [hour for hour in range(60) if (name, hour) not in gaps]
        raw = whole[name].to_numpy(np.float32)
        train = raw[[hour for hour in known if hour < 36]].astype(np.float64)
        wanted = np.zeros(60, np.float32)
        wanted[known] = (raw[known] - train.mean()) / train.std()
        np.testing.assert_array_equal(arrays["load"][number], wanted)
    assert "5 hours without load" in caplog.text


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        (slice(30, 34), r"row 31: .* the rows from .*30T05:00:00 on are missing"),
        (slice(59, 60), None),
    ],
)
def test_a_longer_gap_is_refused(folder, cut, said):
    lines = hours().split("\n")
    del lines[cut]
    path = written(folder, "\n".join(lines))
    if said:
        with pytest.raises(UserError, match=said):
            read(path, Format(fill=3))
    else:
        assert np.isnan(read(path, Format(fill=3)).load).sum() == 2


def test_empty_cells_are_a_gap_of_one_customer(folder):
    lines = [line[: line.rindex(",") + 1] if 9 < n < 14 else line
             for n, line in enumerate(hours().split("\n"))]  # fmt: skip
    path = written(folder, "\n".join(lines))
    with pytest.raises(UserError, match=r"row 11: .*'b' is empty \(source.table.fill"):
        read(path, Format())
    with pytest.raises(UserError, match=r"'b' has no load for 4 hours from 2014-03-29T09 on"):
        read(path, Format(fill=3))
    assert np.isnan(read(path, Format(fill=4)).load).sum(1).tolist() == [0, 4]


@pytest.mark.parametrize("finer", ["sum", "mean"])
def test_an_hour_that_lacks_a_quarter_is_a_gap(folder, finer):
    load = np.arange(400.0).reshape(200, 2)
    dates = pd.date_range("2014-01-01 00:30", periods=200, freq="15min")
    lines = text_of(dates, ["a", "b"], load).split("\n")
    del lines[20]
    found = read(written(folder, "\n".join(lines)), Format(fill=1, finer=finer))
    assert found.first == np.datetime64("2014-01-01T01")
    quarters = load[2:198].reshape(49, 4, 2)
    wanted = getattr(np, finer)(quarters, axis=1).astype(np.float32).T
    wanted[:, (19 - 2) // 4] = np.nan
    np.testing.assert_array_equal(found.load, wanted)
