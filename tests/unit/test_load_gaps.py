"""Gaps in a table of load: refused, or taken and never scored."""

import io

import numpy as np
import pandas as pd
import pytest
from load_files import hours, text_of, written

from regression_unlearning.data.families.load_windows.format import Format
from regression_unlearning.data.families.load_windows.prepare import prepare
from regression_unlearning.data.families.load_windows.table import read
from regression_unlearning.data.sources import hourly_table
from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import validated


def gap_free(folder, **changes):
    source = {"mirror": ["load.csv"], "history": 12, "train": 0.6, "validation": 0.2, "unseen": 0}
    source = validated(hourly_table.Settings, {**source, "late_start": "keep", **changes})
    return prepare(folder, source, None)


def test_a_gap_is_predicted_by_no_window_and_counts_in_no_scale(tmp_path, caplog):
    """Hours 20 and 21 of all, hour 50 of one customer; a network reads a mean there."""
    lines = hours().split("\n")
    whole = pd.read_csv(io.StringIO(hours()))
    date, first, _ = lines[51].split(",")
    lines[51] = f"{date},{first},"
    written(tmp_path, "\n".join(lines[:21] + lines[23:]))
    with pytest.raises(UserError, match=r"row 22: .* are missing"):
        gap_free(tmp_path, table={"fill": 1})
    rows, arrays = gap_free(tmp_path, table={"fill": 2})
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
def test_a_longer_gap_is_refused(tmp_path, cut, said):
    lines = hours().split("\n")
    del lines[cut]
    path = written(tmp_path, "\n".join(lines))
    if said:
        with pytest.raises(UserError, match=said):
            read(path, Format(fill=3))
    else:
        assert np.isnan(read(path, Format(fill=3)).load).sum() == 2


def test_empty_cells_are_a_gap_of_one_customer(tmp_path):
    lines = [line[: line.rindex(",") + 1] if 9 < n < 14 else line
             for n, line in enumerate(hours().split("\n"))]  # fmt: skip
    path = written(tmp_path, "\n".join(lines))
    with pytest.raises(UserError, match=r"row 11: .*'b' is empty \(source.table.fill"):
        read(path, Format())
    with pytest.raises(UserError, match=r"'b' has no load for 4 hours from 2014-03-29T09 on"):
        read(path, Format(fill=3))
    assert np.isnan(read(path, Format(fill=4)).load).sum(1).tolist() == [0, 4]


@pytest.mark.parametrize("finer", ["sum", "mean"])
def test_an_hour_that_lacks_a_quarter_is_a_gap(tmp_path, finer):
    load = np.arange(400.0).reshape(200, 2)
    dates = pd.date_range("2014-01-01 00:30", periods=200, freq="15min")
    lines = text_of(dates, ["a", "b"], load).split("\n")
    del lines[20]
    found = read(written(tmp_path, "\n".join(lines)), Format(fill=1, finer=finer))
    assert found.first == np.datetime64("2014-01-01T01")
    quarters = load[2:198].reshape(49, 4, 2)
    wanted = getattr(np, finer)(quarters, axis=1).astype(np.float32).T
    wanted[:, (19 - 2) // 4] = np.nan
    np.testing.assert_array_equal(found.load, wanted)
