"""Rows a second of a training epoch on a table, against the bare step.

In one run, with the same network, rows, batch size and number of mini-batches:

- bare: forward, backward and the step of torch's own optimiser, over one fixed batch that lies on
  the device;
- epoch: the project's training loop, with its shuffling, gathering and bookkeeping.

They take turns; the ratio is the median over the turns. Seconds are this process's CPU seconds on a
CPU, so that other work on the machine does not count.
"""

import argparse
import statistics
import time

import torch
from made_data import table

from regression_unlearning.models.modules.build import build
from regression_unlearning.settings.networks import Network
from regression_unlearning.settings.section import validated
from regression_unlearning.settings.training import Fit
from regression_unlearning.training.task import Task


def main() -> None:
    """Print both speeds and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_640)
    parser.add_argument("--numbers", type=int, default=13, help="columns of numbers")
    parser.add_argument("--categories", type=int, default=0, help="columns of categories")
    parser.add_argument("--network", default="mlp")
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--optimizer", default="adam", choices=["adam", "adamw", "sgd"])
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    device, size = arguments.device, arguments.batch_size
    data = table(arguments.rows, device, arguments.numbers, arguments.categories)
    steps = arguments.rows // size
    rows = torch.arange(steps * size, device=device)
    network = validated(Network, {"name": arguments.network})
    settings = Fit(epochs=1, learning_rate=0.001, batch_size=size, optimizer=arguments.optimizer)
    task = Task(
        data=data,
        loss="mse",
        network=network,
        retain=rows,
        forget=rows[:0],
        validation=rows,
        seed=0,
    )
    model = build(network, data.inputs, seed=0)
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "sgd": torch.optim.SGD}
    optimiser = kind[arguments.optimizer](model.parameters(), lr=settings.learning_rate, fused=True)
    batch = {name: part.clone() for name, part in data.batch(rows[:size]).items()}
    target = data.target[:size].clone()

    def bare() -> None:
        model.train()
        for _ in range(steps):
            loss = task.per_row(model(batch), target).mean()
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()

    def epoch() -> None:
        task.fit(model, settings)

    def seconds(work) -> float:
        clock = time.process_time if device == "cpu" else time.perf_counter
        begun = clock()
        work()
        if device != "cpu":
            torch.cuda.synchronize()
        return clock() - begun

    bare(), epoch()  # warm up
    turns = [(seconds(bare), seconds(epoch)) for _ in range(arguments.turns)]
    for name, found in zip(("bare", "epoch"), zip(*turns, strict=True), strict=True):
        print(f"{name}: {len(rows) / statistics.median(found):,.0f} rows/s")
    print(f"epoch over bare: {statistics.median(b / e for b, e in turns):.1%} of the rows a second")


if __name__ == "__main__":
    main()
