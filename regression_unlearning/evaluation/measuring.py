"""All measures of all methods on one forget set: computes what is missing, reads each file once.

A cell is one measure of one method over all seeds. Its key is a hash of its input: the content of
its files, the measure's settings and its code. The gold model's cells are computed first, since
others may need them; then method by method, so that each process holds no more than the
observations of gold and of one method.
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from regression_unlearning import registry
from regression_unlearning.errors import UserError
from regression_unlearning.evaluation import values
from regression_unlearning.evaluation.alike import made_alike
from regression_unlearning.evaluation.inputs import GOLD, Inputs, Sources, by_seed
from regression_unlearning.evaluation.measure import checked, load, unfit
from regression_unlearning.evaluation.values import Value
from regression_unlearning.files import sha256, write_text
from regression_unlearning.program.processes import end_with, one_thread
from regression_unlearning.settings.section import validated

#: Method and measure.
Cell = tuple[str, str]
Files = Mapping[str, Mapping[int, Path]]


@dataclass(frozen=True)
class Work:
    """The measurements to make on one forget set.

    Attributes
    ----------
    dataset, forget_set : str
        Keys in the settings.
    models : mapping
        Method to its files: source (``"observations"``, ``"relearning"``, ``"records"``) to
        {seed: path}; the gold model as ``"retrained"``, with ``"relearning_pairs"``.
    measures : mapping
        Measure to its settings, in the order of the values.
    code : mapping of str to str
        Fingerprint of each measure's code.
    cells : Path, optional
        Folder of cells that were computed before; without one all are computed.
    """

    dataset: str
    forget_set: str
    models: Mapping[str, Files]
    measures: Mapping[str, Mapping[str, Any]]
    code: Mapping[str, str] = field(default_factory=dict)
    cells: Path | None = None

    @cached_property
    def gold(self) -> Sources:
        """The gold models, read once and kept in memory."""
        return Sources(self.models.get(GOLD, {}))

    @cached_property
    def keys(self) -> dict[Cell, str]:
        """A hash of each cell's input, in the order in which cells are computed."""
        digests: dict[Path, str] = {}

        def digest(path: Path) -> str:
            if path not in digests:
                digests[path] = sha256(path)
            return digests[path]

        keys: dict[Cell, str] = {}
        for method in sorted(self.models, key=lambda name: name != GOLD):
            for name, options in self.measures.items():
                module = load(name)
                if method in getattr(module, "SKIPS", ()):
                    continue
                made_of = {
                    need: [[seed, digest(path)] for seed, path in self.files(method, need).items()]
                    for need in module.NEEDS
                    if need != "gold_values"
                }
                before = None
                if "gold_values" in module.NEEDS and method != GOLD:
                    self.files(method, "gold_observations")
                    before = keys[GOLD, name]
                place = [self.dataset, self.forget_set, method, name]
                content = [place, options, self.code.get(name, ""), made_of, before]
                text = json.dumps(content, sort_keys=True)
                keys[method, name] = hashlib.sha256(text.encode()).hexdigest()
        return keys

    def files(self, method: str, need: str) -> Mapping[int, Path]:
        """Paths by seed of a source that a measure needs.

        Raises
        ------
        UserError
            When the source was not given.
        """
        label, source = (GOLD, need[5:]) if need.startswith("gold_") else (method, need)
        paths = self.models.get(label, {}).get(source)
        if paths is None:
            place = f"{self.dataset}, {self.forget_set}, {label}"
            raise UserError(f"{place}: no {source} were given, and a measure needs them.")
        return paths

    def path(self, cell: Cell) -> Path | None:
        """Path of a stored cell; None without a folder."""
        return self.cells and self.cells / f"{'-'.join(cell)}-{self.keys[cell][:16]}.csv"

    def before(self, cell: Cell) -> list[Value] | None:
        """Stored values of a cell; None if there are none or the file is damaged."""
        path = self.path(cell)
        try:
            key, _, text = path.read_text(encoding="utf-8").partition("\n") if path else ("",) * 3
            return values.from_text(text) if key == _seal(self.keys[cell], text) else None
        except (OSError, ValueError):
            return None

    def keep(self, cell: Cell, measured: Sequence[Value]) -> None:
        """Store the values of a cell, sealed by a hash of its key and its values."""
        if path := self.path(cell):
            text = values.as_text(measured)
            write_text(path, f"{_seal(self.keys[cell], text)}\n{text}")


def take(work: Work, processes: int = 1) -> list[Value]:
    """Compute missing measurements; return all values, in the order of `work.models`.

    The numbers do not depend on the number of processes.

    Parameters
    ----------
    work : Work
        The measurements to make.
    processes : int
        Number of processes that compute at the same time.

    Raises
    ------
    UserError
        When a measure's settings are wrong, or a file that it needs is missing or broken; see
        `made_alike`.
    """
    made_alike(work.models)
    known = {cell: stored for cell in work.keys if (stored := work.before(cell)) is not None}
    missing = [cell for cell in work.keys if cell not in known]
    gold = [[cell] for cell in missing if cell[0] == GOLD]
    others = [
        [cell for cell in missing if cell[0] == method] for method in work.models if method != GOLD
    ]
    needs = {need for _, name in missing for need in load(name).NEEDS}
    if "gold_observations" in needs or (gold and "observations" in needs):
        _ = work.gold.observations  # read before the processes fork, which then share it
    for tasks in (gold, list(filter(None, others))):
        for cells, taken in zip(tasks, _shared(work, known, tasks, processes), strict=True):
            known |= zip(cells, taken, strict=True)
    return [
        value
        for method in work.models
        for name in work.measures
        for value in known.get((method, name), ())
    ]


def take_cells(
    work: Work, known: Mapping[Cell, Sequence[Value]], cells: Sequence[Cell]
) -> list[list[Value]]:
    """Compute some cells of one method and store each at once.

    Parameters
    ----------
    work : Work
        The measurements to make.
    known : mapping
        Values of cells that are computed already; those of the gold model are read.
    cells : sequence of Cell
        Cells of one and the same method; its files are read once and let go at the end.
    """
    method = cells[0][0]
    own = work.gold if method == GOLD else Sources(work.models[method])
    taken = []
    with one_thread():
        for cell in cells:
            module = load(cell[1])
            gold = by_seed(known.get((GOLD, cell[1]), ()))
            inputs = Inputs(work.dataset, work.forget_set, method, own, work.gold, gold)
            settings = validated(module.Settings, work.measures[cell[1]], f"measures.{cell[1]}")
            with registry.called("measure", cell[1]):
                result = unfit(module, inputs) or module.measure(inputs, settings)
                taken.append(checked(result, module, cell[1], inputs))
            work.keep(cell, taken[-1])
    return taken


def _seal(key: str, text: str) -> str:
    return hashlib.sha256(f"{key}\n{text}".encode()).hexdigest()


def _shared(
    work: Work,
    known: Mapping[Cell, Sequence[Value]],
    tasks: Sequence[Sequence[Cell]],
    processes: int,
) -> list[list[list[Value]]]:
    """Do the tasks in order, or share them among forked processes."""
    if processes < 2 or len(tasks) < 2:
        return [take_cells(work, known, cells) for cells in tasks]
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    started = ProcessPoolExecutor(
        min(processes, len(tasks)), get_context("fork"), _start, (os.getpid(), work, known)
    )
    with started as pool:
        try:
            return list(pool.map(_process, tasks))
        except BrokenProcessPool as error:
            raise UserError(
                "a measuring process was killed, perhaps for lack of memory. Finished measurements "
                "are kept: run the same command again, with fewer processes."
            ) from error


_take: Callable[[Sequence[Cell]], list[list[Value]]]


def _start(parent: int, work: Work, known: Mapping[Cell, Sequence[Value]]) -> None:
    global _take
    end_with(parent)
    _take = partial(take_cells, work, known)


def _process(cells: Sequence[Cell]) -> list[list[Value]]:
    return _take(cells)
