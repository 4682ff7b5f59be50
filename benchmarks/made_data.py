"""Prepared datasets made from a seed, in the shapes of the real ones: for measuring speed alone."""

import numpy as np
import torch

from regression_unlearning.data.families.images.batch import Inputs as ImageInputs
from regression_unlearning.data.families.images.batch import Reading
from regression_unlearning.data.families.load_windows.batch import Inputs as WindowInputs
from regression_unlearning.data.families.load_windows.prepare import calendar
from regression_unlearning.data.families.rows.batch import Inputs as RowInputs
from regression_unlearning.data.families.sentence_pairs.batch import Inputs as PairInputs
from regression_unlearning.data.prepared import Prepared


def _prepared(inputs, target: torch.Tensor, device: str) -> Prepared:
    """Rows that are all of the training set."""
    split = torch.zeros(len(target), dtype=torch.uint8, device=device)
    return Prepared(inputs, target.to(device), split)


def images(rows: int, device: str, size: int = 32, reading: Reading | None = None) -> Prepared:
    """Images of `size` pixels a side, of three channels, with targets of 0 to 100."""
    random = np.random.default_rng(0)
    pixels = torch.from_numpy(random.integers(0, 256, (rows, 3, size, size), np.uint8))
    inputs = ImageInputs({"images": pixels}, reading, device)
    target = torch.rand(rows, generator=torch.Generator().manual_seed(0)).mul(100)
    return _prepared(inputs, target, device)


def pairs(
    rows: int, device: str, words: int = 15_000, width: int = 300, length: int = 10
) -> Prepared:
    """Pairs of sentences of 1 to `length` words out of `words`, left-padded; scores of 0 to 5."""
    random = torch.Generator().manual_seed(0)
    vectors = torch.randn(words, width, generator=random)
    vectors[0] = 0
    tokens = torch.randint(1, words, (rows, 2, length), generator=random)
    lengths = torch.randint(1, length + 1, (rows, 2, 1), generator=random)
    tokens[torch.arange(length) < length - lengths] = 0
    inputs = PairInputs({"tokens": tokens.int(), "vectors": vectors}, device=device)
    return _prepared(inputs, torch.rand(rows, generator=random).mul(5), device)


def series(customers: int, hours: int, history: int) -> dict[str, torch.Tensor]:
    """Arrays of every window of made-up hourly series."""
    random = np.random.default_rng(0)
    customer, hour = np.meshgrid(np.arange(customers), np.arange(history, hours), indexing="ij")
    arrays = {
        "load": random.normal(size=(customers, hours)).astype(np.float32),
        "known": calendar(np.datetime64("2014-01-01T00", "h"), hours, hours),
        "customer": customer.ravel(),
        "hour": hour.ravel(),
        "history": np.array([history]),
    }
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def windows(
    rows: int, device: str, customers: int = 370, hours: int = 8760, history: int = 168
) -> Prepared:
    """Some windows, drawn at random, of the load of so many customers and hours."""
    arrays = series(customers, hours, history)
    every = len(arrays["customer"])
    drawn = torch.randint(0, every, (rows,), generator=torch.Generator().manual_seed(0))
    arrays |= {name: arrays[name][drawn] for name in ("customer", "hour")}
    target = arrays["load"][arrays["customer"], arrays["hour"]]
    return _prepared(WindowInputs(arrays, device=device), target, device)


def table(rows: int, device: str, numbers: int = 13, categories: int = 0) -> Prepared:
    """Rows of so many columns of numbers and of categories."""
    random = torch.Generator().manual_seed(0)
    arrays = {
        "numeric": torch.randn(rows, numbers, generator=random),
        "categorical": torch.randint(0, 20, (rows, categories), generator=random).int(),
        "sizes": torch.full((categories,), 20, dtype=torch.int32),
    }
    target = torch.randn(rows, generator=random)
    return _prepared(RowInputs(arrays, device=device), target, device)
