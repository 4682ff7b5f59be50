"""A task that trains in milliseconds: a handful of made sentence pairs and a tiny network."""

import os
import re
from pathlib import Path

import pytest
import torch

from regression_unlearning.data.families.sentence_pairs.batch import Inputs
from regression_unlearning.data.prepared import Prepared
from regression_unlearning.models.lstm import Settings as LSTM
from regression_unlearning.training import interruption
from regression_unlearning.training.task import Task

TRAIN, VALIDATION, TEST = 22, 6, 8


#: Small tensors gain nothing from threads; OMP_NUM_THREADS may ask for more all the same.
THREADS = int(os.environ["OMP_NUM_THREADS"])  # set by tests/conftest.py
torch.set_num_threads(THREADS)
NUMERICAL = re.compile(r"^ *(import|from) (torch|numpy|method_tasks|image_tasks)\b", re.MULTILINE)


def pytest_collection_modifyitems(items):
    """Mark what computes: the tests that must hold on any processor and library."""
    files = {item.path for item in items}
    chosen = {path for path in files if NUMERICAL.search(path.read_text(encoding="utf-8"))}
    for item in items:
        if item.path.parent == Path(__file__).parent and item.path in chosen:
            item.add_marker("numerical")


@pytest.fixture(autouse=True)
def arithmetic():
    """As many threads as asked for, and the smallest floats, whatever the last test has set."""
    torch.set_num_threads(THREADS)
    torch.set_flush_denormal(False)


@pytest.fixture
def double():
    """Data and networks in double precision: a formula is then held to ten digits."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.fixture
def make_task():
    """Make a task: rows 0..21 train (every third is forgotten), then 6 validation, 8 test rows."""

    def make(*, augments=False, dropout=0.3, **changes):
        generator = torch.Generator().manual_seed(1)
        rows = TRAIN + VALIDATION + TEST
        tokens = torch.randint(0, 12, (rows, 2, 10), generator=generator, dtype=torch.int32)
        vectors = torch.randn(12, 3, generator=generator)
        vectors[0] = 0
        inputs = Inputs({"tokens": tokens, "vectors": vectors})
        inputs.augments = augments
        target = 5 * torch.rand(rows, generator=generator)
        split = torch.tensor([0] * TRAIN + [1] * VALIDATION + [2] * TEST, dtype=torch.uint8)
        train = torch.arange(TRAIN)
        values = {
            "data": Prepared(inputs, target, split),
            "loss": "mse",
            "network": LSTM(name="lstm", hidden=4, dropout=dropout, head=(8, 6)),
            "retain": train[train % 3 != 0],
            "forget": train[train % 3 == 0],
            "validation": torch.arange(TRAIN, TRAIN + VALIDATION),
            "seed": 7,
        }
        return Task(**{**values, **changes})

    return make


@pytest.fixture
def bits():
    """A network's whole state as bytes, to compare bit for bit."""

    def of(model):
        return {name: value.numpy().tobytes() for name, value in model.state_dict().items()}

    return of


@pytest.fixture(autouse=True)
def nobody_asked(monkeypatch):
    """Each test begins as if no signal had come."""
    monkeypatch.setattr(interruption, "_asked", None)


@pytest.fixture
def server(monkeypatch):
    """A server on this machine to download from; another try comes after a short pause."""
    from downloads import serving

    monkeypatch.setattr("regression_unlearning.data.fetching.transfer.BACK_OFF", 0.001)
    with serving() as server:
        yield server


@pytest.fixture
def place(tmp_path):
    """A place to fetch into, and a data mirror beside it."""
    from downloads import Place

    return Place(tmp_path)


@pytest.fixture
def real():
    """The folder of real data that the data mirror is, where there is one."""
    folder = Path(os.environ.get("REGRESSION_UNLEARNING_DATA_MIRROR", "../shared/data"))
    if not (folder / "agedb").is_dir():
        pytest.skip("no data mirror with the published lists")
    return folder
