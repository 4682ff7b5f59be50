"""Windows of load: what is scaled, drawn and gathered, against pytorch-forecasting and by hand."""

import zipfile

import numpy as np
import pandas as pd
import pytest
import torch
from rounding import close

from regression_unlearning.data.families.load_windows import table as wide_table
from regression_unlearning.data.families.load_windows.format import Format
from regression_unlearning.data.families.load_windows.prepare import prepare
from regression_unlearning.data.families.load_windows.table import read
from regression_unlearning.data.prepared import load_prepared, read_rows
from regression_unlearning.data.prepared import prepare as prepare_whole
from regression_unlearning.data.sources import demo_load, electricity, hourly_table
from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import validated

HISTORY = 12
FEW = {"unseen": 0, "history": HISTORY, "late_start": "keep", "train": 0.6, "validation": 0.2}


def table(hours=60, customers=3, first="2014-03-01 05:00"):
    random = np.random.default_rng(0)
    load = pd.DataFrame(
        random.gamma(2.0, 3.0, (hours, customers)).round(3),
        columns=[f"c{n}" for n in range(customers)],
    )
    load.insert(0, "date", pd.date_range(first, periods=hours, freq="h").astype(str))
    return load


def source_of(folder, load, **changes):
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(load, str):
        (folder / "load.csv").write_text(load)
    else:
        load.to_csv(folder / "load.csv", index=False)
    return validated(hourly_table.Settings, {"mirror": ["load.csv"], **FEW, **changes})


def prepared(folder, load, **changes):
    source = source_of(folder / "raw", load, **changes)
    prepare_whole(folder / "raw", folder / "prepared", "hourly_table", source, None)
    return load_prepared(folder / "prepared", "load_windows"), read_rows(folder / "prepared")


def test_every_tensor_is_that_of_pytorch_forecasting(tmp_path):
    """Its data set scales the calendar and encodes the customer; the target comes scaled."""
    from pytorch_forecasting import TimeSeriesDataSet
    from pytorch_forecasting.data.encoders import TorchNormalizer

    load = table(customers=11)  # sorted as text, customer c10 comes before c2
    data, rows = prepared(tmp_path, load)
    long = load.melt("date", var_name="customer", value_name="raw")
    dates = pd.to_datetime(long["date"])
    long["hour_of_day"] = dates.dt.hour.astype(float)
    long["day_of_week"] = dates.dt.dayofweek.astype(float)
    long["index"] = (dates - dates.min()) // pd.Timedelta("1h")
    long["time_index"] = long["index"].astype(float)
    train = long["index"] < 36
    fitted = long[train].groupby("customer")["raw"]
    mean, deviation = fitted.mean(), fitted.std(ddof=0)
    who = long["customer"]
    long["load"] = (long["raw"] - who.map(mean)) / who.map(deviation)
    options = {
        "time_idx": "index",
        "target": "load",
        "group_ids": ["customer"],
        "min_encoder_length": HISTORY,
        "max_encoder_length": HISTORY,
        "max_prediction_length": 1,
        "static_categoricals": ["customer"],
        "time_varying_known_reals": ["hour_of_day", "day_of_week", "time_index"],
        "time_varying_unknown_reals": ["load"],
        "target_normalizer": TorchNormalizer(method="identity"),
    }
    first = TimeSeriesDataSet(long[train], **options)
    whole = TimeSeriesDataSet.from_dataset(first, long)
    loader = whole.to_dataloader(train=False, batch_size=len(whole))
    theirs, (target, _) = next(iter(loader))
    index = whole.x_to_index(theirs)
    place = {
        (c, h): n for n, (c, h) in enumerate(zip(index["customer"], index["index"], strict=True))
    }
    assert len(place) == len(rows) == len(whole)
    order = [place[c, int(h)] for c, h in zip(rows["customer"], rows["hour"], strict=True)]
    ours = data.batch(torch.arange(len(rows)))
    assert len(ours) == 7
    for name, tensor in ours.items():
        assert tensor.dtype == theirs[name].dtype, name
        wanted = theirs[name][order]
        if name.endswith("cont"):
            close(tensor, wanted, 4, what=name)  # scaled: a difference and a division
        else:
            assert torch.equal(tensor, wanted), name
    close(data.target, target[order, 0], 4)


def test_a_customer_is_scaled_by_its_training_hours_alone(tmp_path):
    load = table()
    data, rows = prepared(tmp_path, load)
    raw = load["c1"].to_numpy()
    wanted = (raw - raw[:36].mean()) / raw[:36].std()
    ours = rows[rows["customer"] == "c1"]
    # in single precision: the load, the mean and the deviation, a difference and a division
    magnitude = 2 * raw.max() / raw[:36].std()
    close(ours["target"], wanted[ours["hour"].astype(int)], 5, magnitude)
    spans = rows["hour"].astype(int).groupby(rows["split"]).agg(["min", "max"])
    assert spans.loc["train"].tolist() == [HISTORY, 35]
    assert spans.loc["validation"].tolist() == [36, 47] and spans.loc["test"].tolist() == [48, 59]
    assert rows["id"].is_unique and "c1@2014-03-01T17" in set(rows["id"])


def test_drawn_windows_are_some_of_all_and_a_seed_repeats_them(tmp_path):
    load = table()
    _, every = prepared(tmp_path / "all", load)
    drawn = {"train": 10, "test": 4}
    _, first = prepared(tmp_path / "a", load, windows={**drawn, "seed": 1})
    _, again = prepared(tmp_path / "b", load, windows={**drawn, "seed": 1})
    _, other = prepared(tmp_path / "c", load, windows={**drawn, "seed": 2})
    assert first["split"].value_counts().to_dict() == {"train": 10, "validation": 36, "test": 4}
    assert first["id"].is_unique and set(first["id"]) < set(every["id"])
    pd.testing.assert_frame_equal(first, again)
    assert set(first["id"]) != set(other["id"])
    with pytest.raises(UserError, match="100 train windows are asked for, there are 72"):
        prepared(tmp_path / "d", load, windows={"train": 100})


def test_hours_before_a_customer_are_read_by_no_window_and_no_scale(tmp_path):
    load = table()
    load.loc[:7, "c2"] = 0.0
    data, rows = prepared(tmp_path, load, late_start="cut")
    ours = rows[rows["customer"] == "c2"]
    assert ours["first"].astype(int).min() == 8
    raw = load["c2"].to_numpy()
    wanted = (raw[30] - raw[8:36].mean()) / raw[8:36].std()
    magnitude = 2 * raw.max() / raw[8:36].std()
    close(data.target[ours.index[ours["hour"] == "30"]].item(), wanted, 5, magnitude)
    _, kept = prepared(tmp_path / "kept", load, late_start="keep")
    assert kept[kept["customer"] == "c2"]["first"].astype(int).min() == 0


def test_quarters_of_an_hour_with_decimal_commas_are_summed(tmp_path):
    """As UCI writes them: a date stamps the end of its quarter."""
    random = np.random.default_rng(1)
    quarters = random.integers(0, 4000, (60 * 4, 2)) / 1000
    dates = pd.date_range("2011-01-01 00:15:00", periods=len(quarters), freq="15min")
    lines = ['"";"MT_001";"MT_002"'] + [
        f'"{date}";' + ";".join(f"{value:.3f}".replace(".", ",") for value in row)
        for date, row in zip(dates, quarters, strict=True)
    ]
    (tmp_path / "t.txt").write_text("\n".join(lines) + "\n")
    form = Format(delimiter=";", decimal=",", stamp="end")
    hours = read(tmp_path / "t.txt", form)
    assert hours.first == np.datetime64("2011-01-01T00") and hours.names == ["MT_001", "MT_002"]
    close(hours.load, quarters.reshape(60, 4, 2).sum(1).T, 4)
    # begun and ended in the middle of an hour, and read in parts that end there too
    (tmp_path / "u.txt").write_text("\n".join([lines[0], *lines[3:-1]]) + "\n")
    short = read(tmp_path / "u.txt", form)
    assert short.first == np.datetime64("2011-01-01T01")
    np.testing.assert_array_equal(short.load, hours.load[:, 1:-1])


def test_uci_s_archive_is_fetched_and_a_year_of_it_prepared(tmp_path):
    """From a mirror's zip: quarters of an hour of four days, two of them used."""
    random = np.random.default_rng(1)
    dates = pd.date_range("2013-12-30 00:15:00", periods=96 * 4, freq="15min")
    load = pd.DataFrame(random.gamma(2.0, 3.0, (len(dates), 2)), columns=["MT_002", "MT_001"])
    load.insert(0, "", dates)
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    text = load.to_csv(sep=";", decimal=",", index=False)
    with zipfile.ZipFile(mirror / "electricityloaddiagrams20112014.zip", "w") as archive:
        archive.writestr("LD2011_2014.txt", text)
    values = {"history": 6, "windows": {"train": 20, "validation": 5}, "end": "2014-01-02"}
    source = validated(electricity.Settings, {**values, "begin": "2013-12-31", "unseen": 0})
    sums = tmp_path / "sums.json"
    electricity.download(
        tmp_path / "electricity", source, mirror=mirror, checksums=sums, embedding=None
    )
    rows, arrays = prepare(tmp_path / "electricity", source, None)
    assert arrays["load"].shape == (2, 48)
    assert set(rows["customer"]) == {"MT_001", "MT_002"}
    assert rows["id"].str.contains("@201(?:3-12-31|4-01-01)T").all()
    hourly = load["MT_001"].to_numpy().reshape(-1, 4).sum(1)[24:72]
    train = hourly[: round(48 * 219 / 365)]
    first = arrays["load"][0]  # sorted as text
    magnitude = 2 * hourly.max() / train.std()
    close(first, (hourly - train.mean()) / train.std(), 5 + 4, magnitude)


def test_a_table_read_in_parts_is_the_table(tmp_path, monkeypatch):
    table(hours=2500).to_csv(tmp_path / "t.csv", index=False)
    whole = read(tmp_path / "t.csv", Format())
    monkeypatch.setattr(wide_table, "HELD", 1)  # parts of 1,000 rows
    np.testing.assert_array_equal(read(tmp_path / "t.csv", Format()).load, whole.load)


def spoil(load, row=None, column=None, value=None):
    load = load.astype(object)
    if row is not None:
        load.loc[row, column] = value
    return load


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: spoil(t, 20, "c1", "none"), r"row 22: the cell of customer 'c1' holds 'none'"),
        (lambda t: spoil(t, 20, "c1", ""), r"row 22: the cell of customer 'c1' is empty"),
        (lambda t: t.drop(index=20), r"row 22: the date .*02T02:00:00 follows .* missing"),
        (lambda t: t.iloc[[*range(20), 19, *range(20, 60)]], r"row 22: the date .* stands twice"),
        (lambda t: t.iloc[[*range(20), 3, *range(20, 60)]], r"row 22: .* not in order"),
        (lambda t: spoil(t, 20, "date", "soon"), r"row 22: 'soon' is no date"),
        (lambda t: t.assign(c1=0.0), r"customer 'c1' is 0 in every hour.*unfit: leave_out"),
        (lambda t: t.assign(c1=2.5), r"customer 'c1' is 2.5 in every hour from hour 1 .*hour 36"),
        (lambda t: t.head(15), r"15 hours are too few"),
        (lambda t: t[["date"]], r"its first line holds no ','"),
        (lambda t: t.rename(columns={"c1": "c0"}), r"name is twice there \('c0'\)"),
    ],
)
def test_what_is_wrong_is_named_by_customer_and_row(tmp_path, change, said):
    with pytest.raises(UserError, match=said):
        prepared(tmp_path, change(table()), late_start="cut")


def test_unfit_customers_are_left_out_on_demand(tmp_path, caplog):
    load = table().assign(c1=0.0)
    load.loc[:29, "c2"] = 0.0
    _, rows = prepared(tmp_path, load, late_start="cut", unfit="leave_out")
    assert set(rows["customer"]) == {"c0"}
    assert "'c1' is 0 in every hour; left out" in caplog.text
    assert "'c2' has 6 hours from its first value other than 0 (hour 31)" in caplog.text


def test_a_table_may_lie_anywhere(tmp_path):
    table().to_csv(tmp_path / "mine.csv", index=False)
    source = validated(hourly_table.Settings, {"path": str(tmp_path / "mine.csv"), **FEW})
    folder = tmp_path / "raw"
    hourly_table.download(
        folder, source, mirror=None, checksums=tmp_path / "sums.json", embedding=None
    )
    assert (folder / "mine.csv").read_bytes() == (tmp_path / "mine.csv").read_bytes()
    missing = source.model_copy(update={"path": str(tmp_path / "none.csv")})
    with pytest.raises(UserError, match="source.path: .*none.csv does not exist"):
        hourly_table.download(folder, missing, mirror=None, checksums=tmp_path, embedding=None)
    with pytest.raises(UserError, match="give either path"):
        validated(hourly_table.Settings, FEW)
    with pytest.raises(UserError, match="name the table inside the archive"):
        validated(hourly_table.Settings, {"url": "https://example.org/load.zip"})


def test_a_wrong_table_can_be_mended_where_it_lies(tmp_path):
    """Nothing is copied and no hash recorded before it is right."""
    path, sums = tmp_path / "mine.csv", tmp_path / "sums.json"
    source = validated(hourly_table.Settings, {"path": str(path), **FEW})
    path.write_text(table().to_csv(index=False).replace("date,", "", 1))
    with pytest.raises(UserError, match=f"{path}, line 2: it has 4 fields, and the header 3 names"):
        hourly_table.download(tmp_path / "raw", source, mirror=None, checksums=sums, embedding=None)
    assert not (tmp_path / "raw").exists() and not sums.exists()


def test_demo_load_is_the_same_for_a_seed_and_can_be_forecast(tmp_path):
    files = []
    for name in ("a", "b"):
        source = validated(demo_load.Settings, {})
        folder = tmp_path / name
        demo_load.download(folder, source, mirror=None, checksums=tmp_path / "x", embedding=None)
        files.append((folder / "load.csv").read_bytes())
        rows, arrays = prepare(folder, source, None)
    assert files[0] == files[1]
    load = arrays["load"]
    before, after = load[:, :-1].ravel(), load[:, 1:].ravel()
    assert 0.6 < np.corrcoef(before, after)[0, 1] < 0.99  # worth learning, and not all said
    low, high = (rows["target"] <= -0.85).mean(), (rows["target"] >= 0.85).mean()
    assert 0.1 < low < 0.35 and 0.1 < high < 0.35
