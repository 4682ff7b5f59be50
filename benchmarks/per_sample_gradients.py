"""Seconds a row of squared per-sample gradients, over those of one plain backward pass.

Run as ``python benchmarks/per_sample_gradients.py``: no data needed. Prints the median of paired
repeats.
"""

import argparse
import statistics
import time

import torch
import torchvision

from regression_unlearning.models.lstm import Settings as LSTM
from regression_unlearning.models.modules.activations import evaluating_with_gradients
from regression_unlearning.models.modules.one_step_tft import OneStepTFT
from regression_unlearning.models.modules.sentence_pair_lstm import SentencePairLSTM
from regression_unlearning.models.tft import Settings as TFT
from regression_unlearning.training.gradients import trainable
from regression_unlearning.training.per_sample import summed_gradients


def seconds(work, device: str) -> float:
    """Seconds that one call takes."""
    begun = time.perf_counter()
    work()
    if device != "cpu":
        torch.cuda.synchronize()
    return time.perf_counter() - begun


def value(output: torch.Tensor) -> torch.Tensor:
    """What is differentiated: one number a row."""
    return output[:, 0].square()


def networks(rows: int):
    """Name, network and inputs, in chunks as large as the project takes them."""
    for width, hidden in ((50, 64), (300, 64), (16, 16)):
        model = SentencePairLSTM(width, LSTM(name="lstm", hidden=hidden))
        yield f"LSTM {width} to {hidden}", model, torch.randn(rows, 2, 10, width)
    model = torchvision.models.resnet18(num_classes=1)
    yield "ResNet18, 32 px, 7 rows", model, torch.randn(7, 3, 32, 32)
    hours, known = 168, ("hour", "day", "week")
    settings = TFT(name="tft", hidden=16, hidden_continuous=8, embedding=16, heads=4, dropout=0.1)
    model = OneStepTFT(settings, customers=200, known=known, load="load", outputs=3)
    windows = {
        "encoder_cont": torch.randn(rows, hours, 4),
        "decoder_cont": torch.randn(rows, 1, 4),
        "decoder_cat": torch.randint(0, 200, (rows, 1, 1)),
    }
    yield f"Temporal Fusion Transformer, {hours} hours", model, windows


def moved(inputs, device: str):
    """A tensor, or each tensor of a dictionary, on a device."""
    if isinstance(inputs, dict):
        return {name: values.to(device) for name, values in inputs.items()}
    return inputs.to(device)


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
    for name, model, inputs in networks(arguments.rows):
        model, inputs = model.to(arguments.device), moved(inputs, arguments.device)
        count = len(inputs) if isinstance(inputs, torch.Tensor) else arguments.rows

        def plain(model=model, inputs=inputs):
            torch.autograd.grad(value(model(inputs)).sum(), list(trainable(model).values()))

        def squares(model=model, inputs=inputs):
            summed_gradients(model, inputs, value)

        with evaluating_with_gradients(model):
            for warming in (plain, squares, plain, squares):
                warming()
            pairs = [
                (seconds(plain, arguments.device), seconds(squares, arguments.device))
                for _ in range(arguments.repeats)
            ]
        first, second = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(
            f"{name}: plain {1e6 * first / count:.1f} us a row, "
            f"squares {1e6 * second / count:.1f} us a row, "
            f"ratio {statistics.median(b / a for a, b in pairs):.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
