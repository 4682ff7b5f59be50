"""How fast a GPU is used: the training loop against one CUDA graph, and whole cells of tables.

For each network, on made data of the real shapes, in one run and taking turns:

- loop: the project's training loop, with order, gathering, augmentation and bookkeeping;
- bare: forward, backward and the optimiser's step over one batch that lies on the device;
- captured: the same as one CUDA graph, launched again and again: the most that the card can do;
- and the loop's own step as one graph, which gives the share of time in which the card is busy.

Ratios are medians over the turns. Then one cell of a table for each domain: original, retrained
model, one method, observing, measuring. It prints all and writes results/benchmarks/gpu.csv, which
docs/gpu.md shows after `workflow_scripts/render_results.py`. `--device cpu` with few `--rows`
and `--turns` checks that the program runs: nothing is captured then, and nothing written unless
`--output` says where.

The numbers printed: "loop over captured" (or "bare") is the loop's rows a second over the captured
(or bare) step's; "busy" the share of the loop's time that its own steps take as graphs; "channels
last over contiguous" and "bfloat16 over float32" ratios of captured steps a second; "start" the
seconds that a run takes beyond its epochs; "memory" the most that torch held on the card, data too.
Of a cell, "helper" is the training of Blindspot's helper, "reckoned" the whole cell's seconds with
the epochs of params.yaml. A bar is what this project asks of a GPU for data centres: a smaller card
may be below.
"""

import argparse
import gc
import logging
import platform
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import gpu_cells
import torch
from gpu_steps import DOMAINS, cases, stepped

from regression_unlearning import program
from regression_unlearning.errors import UserError
from regression_unlearning.files import write_text
from regression_unlearning.reporting import speeds
from regression_unlearning.reporting.speeds import Row
from regression_unlearning.settings.document import load_settings
from regression_unlearning.training.device import set_up


def machine(device: str) -> list[Row]:
    """The card, its driver and versions, in words."""
    words = {"device": platform.machine()}
    if device != "cpu":
        version = torch.backends.cudnn.version()
        words = {"card": torch.cuda.get_device_name(), "driver": "of an unknown version"}
        if tool := shutil.which("nvidia-smi"):
            asked = [tool, "--query-gpu=driver_version", "--format=csv,noheader"]
            told = subprocess.run(asked, check=False, capture_output=True, text=True)
            words["driver"] = (told.stdout.split() or [words["driver"]])[0]
        words |= {"CUDA": str(torch.version.cuda), "cuDNN": str(version)}
        allowed = "TF32" if torch.backends.cudnn.allow_tf32 else "float32 alone"
        words["float32 convolutions in"] = allowed
    words |= {"torch": torch.__version__, "Python": platform.python_version()}
    return [Row("machine", "", name, value) for name, value in words.items()]


def main(given: Sequence[str] | None = None) -> None:
    """Measure, print, write."""
    parser = program.parser(__doc__)
    parser.add_argument("--device", default="cuda", type=program.device, help="cuda or cpu")
    parser.add_argument(
        "--turns",
        type=program.whole_number(1),
        default=5,
        help="measurements of each; the median counts",
    )
    parser.add_argument("--seconds", type=float, default=0.3, help="length of a measurement")
    parser.add_argument("--rows", type=program.whole_number(8), help="most rows of a dataset")
    parser.add_argument(
        "--only", nargs="+", choices=DOMAINS, default=list(DOMAINS), help="kinds of data to measure"
    )
    parser.add_argument(
        "--cells",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="also measure a table cell for each",
    )
    parser.add_argument(
        "--cell-epochs",
        type=program.whole_number(1),
        default=2,
        help="epochs of its original and its retrained model",
    )
    parser.add_argument("--threads", type=program.whole_number(1), default=1, help="CPU threads")
    parser.add_argument("--output", type=Path, help=f"file to write; {speeds.FILE} on a GPU")
    arguments = parser.parse_args(given)
    if arguments.device != "cpu" and not torch.cuda.is_available():
        built = f"CUDA {torch.version.cuda}" if torch.version.cuda else "no CUDA at all"
        raise UserError(
            f"no GPU can be seen (torch {torch.__version__} is built for {built}; check the driver "
            "and CUDA_VISIBLE_DEVICES). --device cpu --rows 64 --turns 1 tries the code alone."
        )
    device = set_up("cuda" if arguments.device == "auto" else arguments.device, arguments.threads)
    logging.getLogger("regression_unlearning").setLevel(logging.WARNING)
    settings, most = load_settings(), arguments.rows or 10**9
    begun = time.perf_counter()
    rows: list[Row] = []

    def add(more: list[Row]) -> None:
        rows.extend(more)
        for row in more:
            bar = row.bar and f" (bar {row.bar}: {'met' if row.met == 'yes' else 'NOT met'})"
            program.say(f"{row.case}: {row.quantity} {row.value} {row.unit}{bar}".strip(": "))

    add(machine(device))
    output = arguments.output or (None if device == "cpu" else speeds.FILE)
    failed = []
    for name in arguments.only:
        domain = DOMAINS[name]
        try:
            add(stepped(cases(settings, domain, most, device, arguments.seconds), arguments.turns))
            gc.collect()  # no graph may go while another is captured
            if arguments.cells:
                count = min(domain.cell_rows, most), arguments.cell_epochs
                add(gpu_cells.measure(settings, domain.dataset, domain.made, *count, device))
        except (UserError, RuntimeError) as error:  # the card is here now: measure the others
            logging.exception("%s", name)
            failed.append(name)
            add([Row("note", name, "not measured", str(error).partition("\n")[0])])
        if output is not None:
            write_text(output, speeds.as_text(rows))
    program.say(f"{time.perf_counter() - begun:.0f} s in all")
    if failed:
        raise UserError(f"not measured: {', '.join(failed)}; the reasons stand above.")


if __name__ == "__main__":
    program.run(main)
