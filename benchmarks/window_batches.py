"""Windows of load a second: gathered out of one array, against pytorch-forecasting's data loader.

Both hand over the same windows in batches, without a network: ours by `Inputs.batch`, the other by
``TimeSeriesDataSet.to_dataloader`` with two workers. Then the network trains on ours, and the share
of that time is told that the batches took.
"""

import argparse
import time
from itertools import islice

import numpy as np
import pandas as pd
import torch
from made_data import series as made
from pytorch_forecasting import TimeSeriesDataSet
from pytorch_forecasting.data.encoders import TorchNormalizer

from regression_unlearning.data.families.load_windows.batch import KNOWN, LOAD, Inputs
from regression_unlearning.models.modules.build import build
from regression_unlearning.models.tft import Settings as TFT
from regression_unlearning.training.losses import quantile


def loader(arrays: dict[str, torch.Tensor], history: int, size: int, workers: int):
    """Make pytorch-forecasting's loader of the same windows."""
    customers, hours = arrays["load"].shape
    frame = pd.DataFrame(
        {
            "customer": np.repeat([f"{number:04d}" for number in range(customers)], hours),
            "index": np.tile(np.arange(hours), customers),
            LOAD: arrays["load"].numpy().ravel(),
            **{
                name: np.tile(arrays["known"][:, number].numpy(), customers)
                for number, name in enumerate(KNOWN)
            },
        }
    )
    windows = TimeSeriesDataSet(
        frame,
        time_idx="index",
        target=LOAD,
        group_ids=["customer"],
        min_encoder_length=history,
        max_encoder_length=history,
        max_prediction_length=1,
        static_categoricals=["customer"],
        time_varying_known_reals=list(KNOWN),
        time_varying_unknown_reals=[LOAD],
        target_normalizer=TorchNormalizer(method="identity"),
        scalers=dict.fromkeys(KNOWN),
    )
    return windows.to_dataloader(
        train=True, batch_size=size, num_workers=workers, persistent_workers=True
    )


def speed(batches, count: int, size: int) -> float:
    """Windows a second of some batches; the first, which starts the workers, is not timed."""
    batches = iter(batches)
    next(batches)
    begun = time.perf_counter()
    for _ in islice(batches, count):
        pass
    return count * size / (time.perf_counter() - begun)


def trained(inputs: Inputs, target: torch.Tensor, rows: list[torch.Tensor]) -> tuple[float, float]:
    """Seconds of training on some batches, and those of them that made the batches."""
    model = build(TFT(name="tft"), inputs, seed=0, outputs=3).train()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    waited, begun = 0.0, time.perf_counter()
    for part in rows:
        start = time.perf_counter()
        batch = inputs.batch(part, training=True)
        waited += time.perf_counter() - start
        optimiser.zero_grad()
        quantile(model(batch), target[part], (0.1, 0.5, 0.9)).mean().backward()
        optimiser.step()
    return time.perf_counter() - begun, waited


def main() -> None:
    """Print both speeds, their ratio, and the loader's share of training."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100)
    parser.add_argument("--hours", type=int, default=2000)
    parser.add_argument("--history", type=int, default=168)
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--batches", type=int, default=150, help="how many are timed")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    size, count = arguments.batch_size, arguments.batches
    arrays = made(arguments.customers, arguments.hours, arguments.history)
    inputs = Inputs(arrays)
    stock = loader(arrays, arguments.history, size, arguments.workers)
    rows = list(torch.randperm(len(inputs.customer)).split(size))[: count + 1]

    theirs = speed(stock, count, size)
    del stock
    ours = speed((inputs.batch(part) for part in rows), count, size)
    print(f"TimeSeriesDataSet, {arguments.workers} workers: {theirs:,.0f} windows/s")
    print(f"gathered: {ours:,.0f} windows/s, {ours / theirs:.0f} times as many")
    target = arrays["load"][arrays["customer"], arrays["hour"]]
    trained(inputs, target, rows[:2])
    seconds, waited = trained(inputs, target, rows[:20])
    print(
        f"training: {20 * size / seconds:,.0f} windows/s, {waited / seconds:.2%} of it for batches"
    )


if __name__ == "__main__":
    main()
