"""Windows of load: what is scaled, drawn and gathered, against pytorch-forecasting and by hand."""

import numpy as np
import pandas as pd
import pytest
import torch

from regression_unlearning.data import demo_load, hourly_table
from regression_unlearning.data.load_windows import Windows, prepare
from regression_unlearning.data.prepared import load_prepared, read_rows
from regression_unlearning.data.prepared import prepare as prepare_whole
from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import validated

HISTORY = 12
FEW = {"history": HISTORY, "late_start": "keep", "train": 0.6, "validation": 0.2}


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
    return load_prepared(folder / "prepared"), read_rows(folder / "prepared")


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
    place = {(c, h): n for n, (c, h) in enumerate(zip(index["customer"], index["index"], strict=True))}
    assert len(place) == len(rows) == len(whole)
    order = [place[c, int(h)] for c, h in zip(rows["customer"], rows["hour"], strict=True)]
    ours = data.batch(torch.arange(len(rows)))
    assert len(ours) == 7
    for name, tensor in ours.items():
        assert tensor.dtype == theirs[name].dtype, name
        wanted = theirs[name][order]
        exact = not name.endswith("cont")
        torch.testing.assert_close(
            tensor, wanted, rtol=0 if exact else 1e-6, atol=0 if exact else 1e-6
        )
    torch.testing.assert_close(data.target, target[order, 0])
