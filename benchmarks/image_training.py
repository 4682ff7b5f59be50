"""Images a second of a training epoch, against the bare step and against decoding as one goes.

In one run, with the same network, images, batch size and number of mini-batches:

- bare: forward, backward and Adam's step over one fixed batch that lies on the device;
- epoch: the project's training loop, with its shuffling, gathering, cropping, flipping,
  normalising and bookkeeping;
- --pillow: a DataLoader with two workers that opens, decodes, resizes and augments each image.

They take turns, and the ratios are medians over the turns. Without --prepared the images are made
from a seed. --pillow reads the files of --files by their ids, else JPEG files of twice the size
made of the images.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import torch
from made_data import images as made
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

from regression_unlearning.data.families.images.batch import Reading
from regression_unlearning.data.prepared import load_prepared, read_rows
from regression_unlearning.models.modules.build import build
from regression_unlearning.settings.networks import Network
from regression_unlearning.settings.section import validated
from regression_unlearning.settings.training import Fit
from regression_unlearning.training.optimiser import Adam
from regression_unlearning.training.task import Task


class Files(Dataset):
    """Image files, each opened, decoded, resized and augmented when it is asked for."""

    def __init__(self, paths: list[Path], size: int):
        self.paths = paths
        self.change = transforms.Compose([
            transforms.Resize((size, size)),
            transforms.RandomCrop(size, padding=16),
            transforms.RandomHorizontalFlip(),
            transforms.ToTensor(),
            transforms.Normalize((0.5,) * 3, (0.5,) * 3),
        ])  # fmt: skip

    def __len__(self) -> int:
        """Number of files."""
        return len(self.paths)

    def __getitem__(self, row: int) -> tuple[torch.Tensor, int]:
        """One image, and its row."""
        with Image.open(self.paths[row]) as image:
            return self.change(image.convert("RGB")), row


def written(images: torch.Tensor, folder: Path) -> list[Path]:
    """JPEG files of twice the images' size."""
    paths = []
    for row, pixels in enumerate(images.permute(0, 2, 3, 1).numpy()):
        image = Image.fromarray(pixels)
        paths.append(folder / f"{row}.jpg")
        image.resize((2 * image.width, 2 * image.height)).save(paths[-1], quality=90)
    return paths


def wait(device: str) -> None:
    """Let the device finish."""
    if device != "cpu":
        torch.cuda.synchronize()


def main() -> None:
    """Print the speeds, turn by turn, and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--prepared", type=Path, help="folder of a prepared image dataset")
    parser.add_argument("--rows", type=int, default=2560)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--network", default="resnet18")
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--whole-on-device", default="fits", choices=["fits", "always", "never"])
    parser.add_argument("--precision", default="float32", choices=["float32", "bfloat16"])
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--pillow", action="store_true")
    parser.add_argument("--files", type=Path, help="folder of the prepared images' own files")
    parser.add_argument(
        "--cpu-time",
        action="store_true",
        help="count this process's CPU seconds: for a machine that others use too",
    )
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    device, size = arguments.device, arguments.batch_size
    reading = Reading(whole_on_device=arguments.whole_on_device)
    data = (
        load_prepared(arguments.prepared, "images", device, reading.plain())
        if arguments.prepared
        else made(arguments.rows, device, arguments.size, reading)
    )
    rows = torch.arange(arguments.rows, device=device)
    network = validated(Network, {"name": arguments.network})
    model = build(network, data.inputs, seed=0)
    settings = Fit(epochs=1, learning_rate=0.001, batch_size=size, precision=arguments.precision)
    task = Task(
        data=data, loss="l1", network=network, retain=rows, forget=rows[:0], validation=rows, seed=0
    )
    optimiser = Adam(model.parameters(), lr=0.001, fused=True)
    fixed, answers = data.batch(rows[:size]).clone(), data.target[:size]
    steps = len(rows) // size

    stepped = torch.compile(model) if arguments.compile else model
    cast = torch.autocast(
        torch.device(device).type, torch.bfloat16, enabled=arguments.precision == "bfloat16"
    )

    def step(images: torch.Tensor, target: torch.Tensor) -> None:
        with cast:
            loss = task.per_row(stepped(images), target).mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()

    def bare() -> None:
        model.train()
        for _ in range(steps):
            step(fixed, answers)

    def epoch() -> None:
        task.fit(model, settings, rows=rows[: steps * size], compiled=arguments.compile)

    clock = time.process_time if arguments.cpu_time else time.perf_counter
    ways = {"bare": bare, "epoch": epoch}
    if arguments.pillow:
        folder = tempfile.TemporaryDirectory()
        if arguments.files:
            ids = read_rows(arguments.prepared)["id"][: len(rows)]
            paths = [arguments.files / name for name in ids]
        else:
            paths = written(data.inputs.images[: len(rows)].cpu(), Path(folder.name))
        loader = DataLoader(
            Files(paths, data.inputs.size), size, shuffle=True, num_workers=2, drop_last=True
        )

        def decoding() -> None:
            model.train()
            for images, numbers in loader:
                step(images.to(device), data.target[numbers.to(device)])

        ways["pillow"] = decoding
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(arguments.turns + 1):
        for name, work in ways.items():
            wait(device)
            begun = clock()
            work()
            wait(device)
            if turn:  # the first one warms up
                seconds[name].append(clock() - begun)
    images = steps * size
    for name, found in seconds.items():
        speed = statistics.median(images / one for one in found)
        print(f"{name}: {speed:,.0f} images/s (median of {len(found)})")
    share = statistics.median(b / e for b, e in zip(seconds["bare"], seconds["epoch"], strict=True))
    print(f"epoch over bare: {share:.1%} of the images a second")
    if arguments.pillow:
        pairs = zip(seconds["pillow"], seconds["epoch"], strict=True)
        print(f"epoch over pillow: {statistics.median(p / e for p, e in pairs):.2f} times as fast")


if __name__ == "__main__":
    main()
