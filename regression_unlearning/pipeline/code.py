"""Which code a job's result follows from, as files that change only when that code does.

A file lists the symbols that a program can reach, with a hash of each (`pipeline.fingerprints`). It
is rewritten only where it changes, so that an edit of a comment, a message or of code that the
program never reaches reruns nothing.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from regression_unlearning import registry
from regression_unlearning.pipeline import plan
from regression_unlearning.settings.document import Settings

#: Where the files lie.
FOLDER = Path(".fingerprints")
LIBRARY = "regression_unlearning"
_JOBS = f"{LIBRARY}.settings.jobs"


class Code:
    """The code behind each kind of job of some settings.

    Each method gives files by name: ``program`` stands for all that the job's program can reach,
    the others for one step of it, for ``--code``.

    Parameters
    ----------
    settings : Settings
        Checked settings.
    writes : bool
        Whether to write the files: only the head process does, its jobs find them.
    """

    def __init__(self, settings: Settings, writes: bool):
        self.settings, self.writes = settings, writes

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
        """Taking a model trained elsewhere."""
        network = self._network(wildcards.dataset)
        own = [f"{LIBRARY}.training.session:Session", *network]
        return {**self._program("take_original", network), "take": self._file("take", own)}

    def training(self, wildcards: Any) -> dict[str, str]:
        """Training from scratch."""
        network = self._network(wildcards.dataset)
        own = [f"{LIBRARY}.training.train:train", f"{_JOBS}:TrainingJob", *network]
        return {**self._program("train", network), "train": self._file("train", own)}

    def observing(self, wildcards: Any) -> dict[str, str]:
        """Observing models, and letting them relearn."""
        network = self._network(wildcards.dataset)
        return {**self._program("observe", network), **self._looking(network)}

    def unlearning(self, wildcards: Any) -> dict[str, str]:
        """Unlearning with a method, then observing and relearning."""
        network = self._network(wildcards.dataset)
        method = self._method(wildcards)
        own = [f"{LIBRARY}.training.unlearn:forget", f"{_JOBS}:UnlearningJob", *method, *network]
        return {
            **self._program("unlearn", [*method, *network]),
            "unlearn": self._file("unlearn", own),
            **self._looking(network),
        }

    def measuring(self, measures: Iterable[str]) -> dict[str, str]:
        """Measures, each by itself."""
        return {
            name: self._file(
                "measure",
                [
                    f"{module}:{part}"
                    for module in [registry.module_name("measure", name)]
                    for part in ("NEEDS", "Settings", "measure")
                ],
            )
            for name in measures
        }

    def reporting(self, program: str, *modules: str) -> list[str]:
        """Tables, figures, the report; `modules` are what they import by name."""
        return list(self._program(program, modules).values())

    def tuning(self, wildcards: Any) -> dict[str, str]:
        """Searching a method's settings."""
        roots = [*self._method(wildcards, "SEARCH"), *self._network(wildcards.dataset)]
        return self._program("tune", roots)

    def _looking(self, network: list[str]) -> dict[str, str]:
        module = f"{LIBRARY}.training.looking"
        return {
            "observe": self._file(
                "observe", [f"{module}:observe_model", f"{_JOBS}:ObservingJob", *network]
            ),
            "relearn": self._file(
                "relearn", [f"{module}:relearn_model", f"{_JOBS}:ObservingJob", *network]
            ),
        }

    def _source(self, dataset: str) -> str:
        return registry.module_name("source", self.settings.datasets[dataset].loader) or ""

    def _network(self, dataset: str) -> list[str]:
        model = registry.module_name("network", self.settings.datasets[dataset].model.name)
        batch = registry.part_name(plan.family(self.settings, dataset), "batch")
        return [f"{model}:Settings", f"{model}:build", f"{batch}:Reading", f"{batch}:Inputs"]

    def _method(self, wildcards: Any, *more: str) -> list[str]:
        name = plan.method(self.settings, wildcards.dataset, wildcards.method).method
        module = registry.module_name("method", name)
        return [f"{module}:{part}" for part in ("Settings", "HELPERS", "unlearn", *more)]

    def _program(self, name: str, roots: Iterable[str]) -> dict[str, str]:
        return {"program": self._file(name, roots, f"workflow_scripts/{name}.py")}

    def _file(self, name: str, roots: Iterable[str], program: str | None = None) -> str:
        """Name of a fingerprint's file; it is written, where this process writes."""
        path = FOLDER / f"{name}.txt"
        if self.writes and not path.exists():
            from regression_unlearning.files import write_text

            write_text(path, "x")
        return str(path)
