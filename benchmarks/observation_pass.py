"""Rows a second of the observation pass, against extraction one row at a time, in one run.

Both give loss, penultimate activation, and the per-sample gradients at the last layer, of the same
rows under the same model: the pass in batches with the closed form, the other by a forward and a
backward pass for each row, as the paper's released code does. The results are compared too.
"""

import argparse
import time
from types import SimpleNamespace

import torch

from regression_unlearning.data.families.sentence_pairs.batch import Inputs
from regression_unlearning.models.lstm import Settings as LSTM
from regression_unlearning.models.modules.activations import penultimate
from regression_unlearning.models.modules.build import build
from regression_unlearning.training.losses import mse
from regression_unlearning.training.observe import pass_over


def one_by_one(model, task, rows):
    """Loss, activation and gradient of the last layer's weight, a row at a time."""
    found = []
    model.eval()
    with penultimate(model) as seen:
        for row in rows:
            model.zero_grad()
            loss = mse(model(task.data.batch(row[None])), task.data.target[row][None])[0]
            loss.backward()
            activation = seen["activation"][0].detach().clone()
            found.append((loss.item(), activation, model.output.weight.grad.clone()))
    return found


def main() -> None:
    """Print both speeds and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=8192)
    parser.add_argument("--single-rows", type=int, default=512)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    tokens = torch.randint(0, 5000, (arguments.rows, 2, 10))
    inputs = Inputs({"tokens": tokens, "vectors": torch.randn(5000, 50)})
    target = torch.rand(arguments.rows) * 5
    data = SimpleNamespace(batch=inputs.batch, target=target)
    task = SimpleNamespace(data=data, per_row=mse)
    model = build(LSTM(name="lstm"), inputs, seed=0)
    every = torch.arange(arguments.rows)
    some = every[: arguments.single_rows]

    one_by_one(model, task, some[:8])
    begun = time.perf_counter()
    singles = one_by_one(model, task, some)
    single_speed = len(some) / (time.perf_counter() - begun)

    pass_over(model, task, some, 256)
    begun = time.perf_counter()
    seen = pass_over(model, task, every, 1024)
    speed = len(every) / (time.perf_counter() - begun)

    gradient = seen["output_gradient"][:, :, None] * seen["activation"][:, None, :]
    worst = max(
        float((gradient[row] - by_row).abs().max()) for row, (_, _, by_row) in enumerate(singles)
    )
    print(f"one row at a time: {single_speed:,.0f} rows/s")
    print(f"observation pass:  {speed:,.0f} rows/s, {speed / single_speed:.0f} times as many")
    print(f"largest difference of a gradient: {worst:.1e}")


if __name__ == "__main__":
    main()
