"""A tiny project with one original model, in which requests are answered in seconds."""

import copy

from plain_settings import PLAIN

from regression_unlearning.data.dataset import load_dataset, made_ready
from regression_unlearning.data.prepared import read_rows
from regression_unlearning.pipeline import paths
from regression_unlearning.requests.request import Request
from regression_unlearning.settings.document import check
from regression_unlearning.settings.section import validated
from regression_unlearning.training.checkpoints import save_model
from regression_unlearning.training.task import Task
from regression_unlearning.training.train import train

DATASET = "pairs"
#: Epochs after which the original knows its training rows by heart.
EPOCHS = 60


def plain_settings():
    """Plain values in which every method is named, and the original learns by heart."""
    values = copy.deepcopy(PLAIN)
    dataset = values["datasets"][DATASET]
    dataset["source"] = {
        "train": 120, "validation": 30, "test": 240, "vocabulary": 80, "dimension": 8,
    }  # fmt: skip
    dataset["model"] = {"name": "lstm", "hidden": 16, "dropout": 0, "head": [16, 16, 8]}
    dataset["training"] = {"epochs": EPOCHS, "learning_rate": 0.01, "batch_size": 32}
    rates = {"finetune": 0.001, "nothing": 1e-12, "ruin": 1.0}
    dataset["methods"] |= {
        name: {"method": "finetune", "epochs": 2, "learning_rate": rate, "batch_size": 32}
        for name, rate in rates.items()
    }
    dataset["methods"]["gold"] = {"method": "short_retraining", **dataset["training"]}
    return values


def project(folder, epochs=EPOCHS):
    """Prepare the data and train the original of seed 0; give the settings and the rows."""
    chosen = check(plain_settings())
    prepared = made_ready(chosen, DATASET, folder / "data")
    data, rows = load_dataset(chosen, DATASET, folder / "data"), read_rows(prepared)
    none = data.rows_of("train")[:0]
    parts = {
        "retain": data.rows_of("train"), "forget": none, "test_forget": none,
        "validation_retain": data.rows_of("validation"), "validation_forget": none,
    }  # fmt: skip
    task = Task.of(chosen.datasets[DATASET], data, parts, seed=1)
    fit = chosen.datasets[DATASET].training.model_copy(update={"epochs": epochs})
    model = train(task, fit)
    save_model(model, folder / paths.original(DATASET, 0), seconds=1.0)
    return chosen, rows


def request(name, ids=(), method="gold", **more):
    """A request of seed 0."""
    asked = {"select": "ids", "ids": list(map(str, ids))}
    values = {"id": name, "date": "2026-11-27", "dataset": DATASET, "forget": asked}
    return validated(Request, {**values, "method": method, **more})
