"""The ways to take a network's training steps on a GPU, and how fast each is: see gpu.py."""

import gc
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

import made_data
import torch
from torch import nn

from regression_unlearning.data.prepared import Prepared
from regression_unlearning.reporting.speeds import Row, measured
from regression_unlearning.settings.document import Settings
from regression_unlearning.settings.networks import Network
from regression_unlearning.settings.section import Section, validated
from regression_unlearning.settings.training import Fit
from regression_unlearning.training import captured
from regression_unlearning.training.captured import CapturedStep
from regression_unlearning.training.graphs import CudaGraphs
from regression_unlearning.training.optimiser import optimiser
from regression_unlearning.training.step import Objective, TrainingStep
from regression_unlearning.training.task import Task


@dataclass(frozen=True)
class Domain:
    """A shape of data: whose settings it takes, how it is made, how many rows, what is asked for.

    A window's year is whole, but an epoch goes through some of its windows alone.
    """

    dataset: str
    words: str
    made: Callable[[int, str], Prepared]
    rows: int  # of an epoch
    cell_rows: int
    share: float | None = None  # bar of the loop over the captured step
    speed: float | None = None  # bar of the loop, rows a second
    networks: tuple[str, ...] = ()  # beside the dataset's own
    precisions: tuple[str, ...] = ("float32",)


DOMAINS = {
    "images": Domain("agedb", "images of 32 pixels", made_data.images, 11_542, 16_488,
                     0.85, 90_000, ("allcnn",), ("float32", "bfloat16")),
    "pairs": Domain("stsb", "sentence pairs", made_data.pairs, 5_749, 8_628, 0.7, 500_000),
    "windows": Domain("electricity", "windows of load", made_data.windows, 6_400, 25_600,
                      0.7, 12_000),
    "rows": Domain("california", "rows of a table", made_data.table, 14_448, 20_640),
}  # fmt: skip


def recorder(device: str) -> CudaGraphs | None:
    """What records a step; None on a CPU."""
    return None if device == "cpu" else CudaGraphs(torch.device(device))


@contextmanager
def said_by(log: logging.Logger) -> Iterator[list[str]]:
    """What a log says inside the block, in place of showing it."""
    said: list[str] = []
    level, heard = log.level, logging.Handler()
    heard.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    log.setLevel(logging.INFO)
    log.addHandler(heard)
    log.propagate = False
    try:
        yield said
    finally:
        log.removeHandler(heard)
        log.propagate = True
        log.setLevel(level)


def wait(device: str) -> None:
    """Let the device finish."""
    if device != "cpu":
        torch.cuda.synchronize()


class Case:
    """One network on one shape of data in one precision, and the ways to train it.

    Parameters
    ----------
    settings, domain, network, precision : Settings, Domain, Section, str
        What is trained, on what.
    rows : int
        Of an epoch.
    device : str
        Where.
    span : float
        Seconds of each way in a turn, about.
    """

    def __init__(
        self,
        settings: Settings,
        domain: Domain,
        network: Section,
        precision: str,
        rows: int,
        device: str,
        span: float,
    ):
        chosen = settings.datasets[domain.dataset]
        self.domain, self.network, self.device, self.span = domain, network, device, span
        self.precision, self.own = precision, network == chosen.model
        gc.collect()  # graphs of other cases
        before = self._held()
        data, every = domain.made(rows, device), torch.arange(rows, device=device)
        size = min(chosen.training.batch_size, rows)
        self.fit = Fit(epochs=3, learning_rate=1e-4, batch_size=size, precision=precision)
        self.task = Task(
            data=data,
            loss=chosen.loss,
            quantiles=chosen.quantiles,
            network=network,
            retain=every,
            forget=every[:0],
            validation=every[:0],
            seed=0,
        )
        self.title = f"{network.name}, {domain.words}, {precision}, batches of {size}"
        self.first, self.starts = every[:size], []
        with said_by(captured.log) as said:
            each = self._epoch()
        self.notes = [text for text in said if "not captured" in text]
        self.memory = None if before is None else torch.cuda.max_memory_reserved() - before
        self.fit = self.fit.model_copy(update={"epochs": 1 + min(max(int(span / each), 1), 500)})
        self.ways = self._ways()
        self.seconds: dict[str, list[float]] = {name: [] for name in self.ways}
        self.starts.clear()

    def _held(self) -> int | None:
        """Bytes of the card that torch holds, of which the most is counted from now on."""
        if self.device == "cpu":
            return None
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
        return torch.cuda.memory_reserved()

    def _epoch(self) -> float:
        """Seconds of an epoch of the loop, without the first; each ends with the device done."""
        ends: list[float] = []
        model = self.task.new_model()
        wait(self.device)
        begun = time.perf_counter()
        told = self.task.having()
        told.fit(model, self.fit, after_epoch=lambda *_: ends.append(time.perf_counter()))
        each = (ends[-1] - ends[0]) / (len(ends) - 1)
        self.starts.append(ends[0] - begun - each)
        return each

    def _ways(self) -> dict[str, Callable[[], float]]:
        """Seconds of a row by each way that there is here."""
        batch = self.task.data.batch(self.first, training=True)
        target = self.task.data.target[self.first]
        model = self.task.new_model

        def resident(of) -> Objective:
            return lambda network, _rows: self.task.per_row(network(of), target).mean()

        found = {
            "loop": lambda: self._epoch() / len(self.task.retain),
            "bare": self._stepped(model(), resident(batch), plain=True),
            "captured": self._stepped(model(), resident(batch)),
            "own step": self._stepped(model(), self.task.supervised()),
        }
        stack = model()
        if hasattr(stack, "maps"):
            layers = *stack.maps.values(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), stack.output
            first = batch.contiguous(memory_format=torch.contiguous_format)
            found["contiguous"] = self._stepped(nn.Sequential(*layers), resident(first))
        return {name: way for name, way in found.items() if way is not None}

    def _stepped(
        self, model: nn.Module, objective: Objective, *, plain: bool = False
    ) -> Callable[[], float] | None:
        """Seconds of a row by a step on the same rows again and again; None if not captured."""
        graphs = recorder(self.device)
        if graphs is None and not plain:
            return None
        made = optimiser(model.train().parameters(), self.fit)
        by_step = TrainingStep(model, objective, made, self.fit, torch.device(self.device))
        step = by_step if plain else CapturedStep(by_step, what=self.title, graphs=graphs)
        step.begin(0.0)

        def seconds(times: int) -> float:
            wait(self.device)
            begun = time.perf_counter()
            for _ in range(times):
                step(self.first)
            wait(self.device)
            return (time.perf_counter() - begun) / times

        seconds(5)  # the optimiser's state is made, the step recorded
        if isinstance(step, CapturedStep) and not step.recorded:
            return None
        count = min(max(int(self.span / seconds(3)), 3), 10_000)
        return lambda: seconds(count) / len(self.first)

    def turn(self) -> None:
        """Let each way have its turn."""
        for name, way in self.ways.items():
            self.seconds[name].append(way())

    def over(self, name: str, other: str, case: "Case | None" = None) -> float | None:
        """How many times as fast a way is as another, of another case if given: the median."""
        mine, theirs = self.seconds.get(name), (case or self).seconds.get(other)
        if mine is None or theirs is None:
            return None
        return median(b / a for a, b in zip(mine, theirs, strict=True))

    def rows(self) -> list[Row]:
        """What was measured."""
        domain = self.domain
        asked = domain.speed if self.own and self.precision == domain.precisions[-1] else None
        speed = {name: median(1 / one for one in self.seconds[name]) for name in self.ways}
        found: list[tuple[str, float | None, float | None]] = [
            ("loop", speed["loop"], asked),
            ("bare", speed["bare"], None),
            ("captured", speed.get("captured"), None),
            ("loop over captured", self.over("loop", "captured"), domain.share),
            ("loop over bare", self.over("loop", "bare"), None),
            ("busy", self.over("loop", "own step"), None),
            ("channels last over contiguous", self.over("captured", "contiguous"), None),
            ("start", median(self.starts), None),
            ("memory", None if self.memory is None else self.memory / 2**20, None),
        ]
        notes = [Row("note", self.title, "capturing", text) for text in self.notes]
        return notes + [
            measured("step", self.title, name, value, bar)
            for name, value, bar in found
            if value is not None
        ]


def cases(settings: Settings, domain: Domain, most: int, device: str, span: float) -> list[Case]:
    """The cases of a domain, which take turns."""
    others = [validated(Network, {"name": name}) for name in domain.networks]
    return [
        Case(settings, domain, network, precision, min(domain.rows, most), device, span)
        for network in (settings.datasets[domain.dataset].model, *others)
        for precision in domain.precisions
    ]


def stepped(found: Sequence[Case], turns: int) -> list[Row]:
    """Let cases take turns; what was measured of each, and of bfloat16 against float32."""
    for _ in range(turns):
        for case in found:
            case.turn()
    rows = []
    for before, case in zip([None, *found], found, strict=False):
        rows += case.rows()
        if before is not None and before.network == case.network:
            ratio = case.over("captured", "captured", before)
            if ratio is not None:
                rows.append(measured("step", case.title, "bfloat16 over float32", ratio))
    return rows
