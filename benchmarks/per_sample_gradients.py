"""Seconds a row of squared per-sample gradients, over those of one plain backward pass.

Run as ``python benchmarks/per_sample_gradients.py``: no data needed. Prints the median of paired
repeats for LSTMs of the sizes that the project uses.
"""

import argparse
import statistics
import time

import torch

from regression_unlearning.models.activations import evaluating_with_gradients
from regression_unlearning.models.lstm import SentencePairLSTM
from regression_unlearning.settings import LSTM
from regression_unlearning.training.gradients import trainable
from regression_unlearning.training.per_sample import squared_gradients


def seconds(work, device: str) -> float:
    """Seconds that one call takes."""
    begun = time.perf_counter()
    work()
    if device != "cpu":
        torch.cuda.synchronize()
    return time.perf_counter() - begun


def main() -> None:
    """Read the arguments, time, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=256)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    for width, hidden in ((50, 64), (300, 64), (16, 16)):
        settings = LSTM(name="lstm", hidden=hidden)
        model = SentencePairLSTM(width, settings).to(arguments.device)
        inputs = torch.randn(arguments.rows, 2, 10, width, device=arguments.device)

        def value(output):
            return output[:, 0].square()

        def plain(model=model, inputs=inputs):
            torch.autograd.grad(value(model(inputs)).sum(), list(trainable(model).values()))

        def squares(model=model, inputs=inputs):
            squared_gradients(model, inputs, value)

        with evaluating_with_gradients(model):
            for warming in (plain, squares, plain, squares):
                warming()
            pairs = [
                (seconds(plain, arguments.device), seconds(squares, arguments.device))
                for _ in range(arguments.repeats)
            ]
        first, second = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(
            f"LSTM {width} to {hidden}: plain {1e6 * first / arguments.rows:.1f} us a row, "
            f"squares {1e6 * second / arguments.rows:.1f} us a row, "
            f"ratio {statistics.median(b / a for a, b in pairs):.2f}"
        )


if __name__ == "__main__":
    main()
