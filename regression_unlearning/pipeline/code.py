"""Which code a job's result follows from, as files that change only when that code does.

A file lists the symbols that a program can reach, with a hash of each (`pipeline.fingerprints`). It
is rewritten only where it changes, so that an edit of a comment, a message or of code that the
program never reaches reruns nothing.
"""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from regression_unlearning import registry
from regression_unlearning.files import write_own
from regression_unlearning.pipeline import fingerprints, plan
from regression_unlearning.settings.document import Settings

#: Folder of the files.
FOLDER = Path(".fingerprints")
LIBRARY = "regression_unlearning"
PACKAGE = Path(__file__).parents[1]
_JOBS = f"{LIBRARY}.settings.jobs"
#: Code behind every step of a program with a network: it makes the task, and all in it.
_SESSION = f"{LIBRARY}.training.session:Session"


class Code:
    """The code behind each kind of job of some settings.

    Each method returns files by name: ``program`` stands for all that the job's program can reach,
    the others for one step of it, for ``--code``.

    Parameters
    ----------
    settings : Settings
        Checked settings.
    writes : bool
        Whether to write the files: only the head process does, its jobs find them.
    wrote : callable, optional
        Called with the path of a file that did not exist before.
    """

    def __init__(
        self, settings: Settings, writes: bool, wrote: Callable[[str], None] | None = None
    ):
        self.settings, self.writes, self.wrote = settings, writes, wrote
        self._written: set[Path] = set()

    def downloading(self, wildcards: Any) -> dict[str, str]:
        """Fetching raw files."""
        source = self._source(wildcards.dataset)
        return self._program("download", [f"{source}:Settings", f"{source}:download"])

    def preparing(self, wildcards: Any) -> dict[str, str]:
        """Raw files to arrays."""
        source = self._source(wildcards.dataset)
        family = plan.family(self.settings, wildcards.dataset)
        prepare = registry.part_name(family, "prepare")
        return self._program(
            "prepare", [f"{source}:Settings", f"{source}:FAMILY", f"{prepare}:prepare"]
        )

    def selecting(self, wildcards: Any) -> dict[str, str]:
        """Choosing a forget set."""
        return self._program("select_forget_set", [])

    def taking(self, wildcards: Any) -> dict[str, str]:
        """Taking over a model trained elsewhere."""
        network = self._network(wildcards.dataset)
        own = [_SESSION, f"{LIBRARY}.models.modules.unpickle:main", *network]
        return {**self._program("take_original", network), "take": self._file("take", own)}

    def training(self, wildcards: Any) -> dict[str, str]:
        """Training from scratch."""
        network = self._network(wildcards.dataset)
        own = [_SESSION, f"{LIBRARY}.training.train:train", f"{_JOBS}:TrainingJob", *network]
        return {**self._program("train", network), "train": self._file("train", own)}

    def observing(self, wildcards: Any) -> dict[str, str]:
        """Observing models and their relearning."""
        network = self._network(wildcards.dataset)
        return {**self._program("observe", network), **self._looking(network)}

    def unlearning(self, wildcards: Any) -> dict[str, str]:
        """Unlearning with a method, then observing and relearning."""
        network = self._network(wildcards.dataset)
        method = self._method(wildcards)
        own = [f"{LIBRARY}.training.unlearn:forget", f"{_JOBS}:UnlearningJob", _SESSION]
        own += [*method, *network]
        return {
            **self._program("unlearn", [*method, *network]),
            "unlearn": self._file("unlearn", own),
            **self._looking(network),
        }

    def measures(self, names: Iterable[str]) -> dict[str, str]:
        """Measures, each by itself: its results are kept for as long as its own code stays."""
        return {name: self._file("measure", self._measure(name)) for name in names}

    def measuring(self, names: Iterable[str]) -> list[str]:
        """Measuring a forget set."""
        roots = [root for name in names for root in self._measure(name)]
        return list(self._program("measure", roots).values())

    def _measure(self, name: str) -> list[str]:
        module = registry.module_name("measure", name)
        return [f"{module}:{part}" for part in ("NEEDS", "SKIPS", "TARGETS", "Settings", "measure")]

    def reporting(self, program: str, *modules: str) -> list[str]:
        """Tables, figures, the report; `modules` are what they import by name."""
        return list(self._program(program, modules).values())

    def tuning(self, wildcards: Any) -> dict[str, str]:
        """Searching a method's settings."""
        roots = [*self._method(wildcards, "SEARCH"), *self._network(wildcards.dataset)]
        return self._program("tune", roots)

    def _looking(self, network: list[str]) -> dict[str, str]:
        own = [f"{_JOBS}:ObservingJob", _SESSION, *network]
        looking = f"{LIBRARY}.training.looking"
        return {
            step: self._file(step, [f"{looking}:{step}_model", *own])
            for step in ("observe", "relearn")
        }

    def _source(self, dataset: str) -> str:
        return registry.module_name("source", self.settings.datasets[dataset].loader) or ""

    def _network(self, dataset: str) -> list[str]:
        name = plan.network(self.settings, dataset)["model"]["name"]
        model = registry.module_name("network", name)
        builder = registry.made_by(name) or ""
        batch = registry.part_name(plan.family(self.settings, dataset), "batch")
        own = [builder] if ":" in builder else []
        return [f"{model}:Settings", f"{model}:build", f"{batch}:Reading", f"{batch}:Inputs", *own]

    def _method(self, wildcards: Any, *more: str) -> list[str]:
        name = plan.method(self.settings, wildcards.dataset, wildcards.method).method
        module = registry.module_name("method", name)
        return [f"{module}:{part}" for part in ("Settings", "HELPERS", "unlearn", *more)]

    def _program(self, name: str, roots: Iterable[str]) -> dict[str, str]:
        return {"program": self._file(name, roots, f"workflow_scripts/{name}.py")}

    def _file(self, name: str, roots: Iterable[str], program: str | None = None) -> str:
        """Name of a fingerprint's file; it is written, where this process writes."""
        roots = sorted(set(roots))
        key = f"{program} {' '.join(roots)}"
        path = FOLDER / f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:12]}.txt"
        if self.writes and path not in self._written:
            self._written.add(path)
            file = PACKAGE.parent / program if program else None
            text = f"# {key}\n{fingerprints.fingerprint(LIBRARY, PACKAGE, roots, file)}"
            existed = path.is_file()
            if not existed or path.read_text(encoding="utf-8") != text:
                write_own(path, text)
            if not existed and self.wrote:
                self.wrote(str(path))
        return str(path)
