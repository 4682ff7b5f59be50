"""Training seeds that share a process, and the files that their jobs read and write.

Starting Python and a network library costs seconds; most jobs of a small experiment do less work
than that. The rules are made once for each batch of seeds. A program that finds a seed's result
already made, of the same settings, code and data, does not make it again (`training.runs`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from regression_unlearning.pipeline import paths, plan
from regression_unlearning.settings.document import Settings


def neighbours(seeds: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of each seed and the next: a seed added at the end adds a pair and changes none."""
    return list(pairwise(seeds))


def split(seeds: Sequence[int], size: int) -> list[tuple[int, ...]]:
    """Cut seeds into batches of at most `size`, in their order."""
    return [tuple(seeds[at : at + size]) for at in range(0, len(seeds), size)]


@dataclass(frozen=True)
class Batch:
    """Some training seeds of an experiment.

    Attributes
    ----------
    settings : Settings
        Checked settings.
    seeds : tuple of int
        The seeds.
    pairs : sequence of (int, int)
        Neighbouring seeds of the experiment. The second seed's retrained model relearns to the
        first seed's original, in the second seed's job: a new seed reruns no earlier seed's job.
    """

    settings: Settings
    seeds: tuple[int, ...]
    pairs: Sequence[tuple[int, int]] = ()

    @property
    def name(self) -> str:
        """Part of a rule's and a log's name."""
        return f"seed_{'_'.join(map(str, self.seeds))}"

    def each(self, path: Callable[..., str], *parts: str | None) -> list[str]:
        """A path for each seed, such as ``each(paths.retrained, "{dataset}", "{forget_set}")``."""
        return [path(*parts, seed) for seed in self.seeds]

    def records(self, path: Callable[..., str], *parts: str | None) -> list[str]:
        """The records beside the checkpoints of `each`."""
        return [paths.record(checkpoint) for checkpoint in self.each(path, *parts)]

    @property
    def ends(self) -> list[tuple[int, int]]:
        """The pairs whose second seed is one of these."""
        return [pair for pair in self.pairs if pair[1] in self.seeds]

    def pair_originals(self, dataset: str) -> list[str]:
        """The original models of the pairs' first seeds."""
        return [paths.original(dataset, seed) for seed, _ in self.ends]

    def pair_outputs(self, dataset: str, forget_set: str) -> list[str]:
        """Relearning counts of the second retrained model of each pair."""
        return [paths.relearning_pair(dataset, forget_set, *pair) for pair in self.ends]

    def pair_arguments(self, dataset: str, forget_set: str) -> list[str]:
        """The pairs as arguments of the program."""
        files = self.pair_originals(dataset), self.pair_outputs(dataset, forget_set)
        rows = zip(self.ends, *files, strict=True)
        return [f"--pair {i} {j} {original} {output}" for (i, j), original, output in rows]

    def given(self, wildcards: Any) -> list[str]:
        """Models that were trained elsewhere."""
        return [plan.given_original(self.settings, wildcards.dataset, seed) for seed in self.seeds]

    def starts(self, wildcards: Any) -> list[str]:
        """Models that a method starts from: originals, or its own for the earlier forget set."""
        dataset, forget_set, label = wildcards.dataset, wildcards.forget_set, wildcards.method
        earlier = self.settings.datasets[dataset].earlier(forget_set)
        if not earlier:
            return self.each(paths.original, dataset)
        return self.each(paths.unlearned, dataset, earlier[0], label)

    def helpers(self, wildcards: Any) -> list[str]:
        """Helper models that a method asks for, grouped by kind."""
        return [path for paths_ in self._helpers(wildcards).values() for path in paths_]

    def helper_arguments(self, wildcards: Any) -> list[str]:
        """The helper models as arguments of the program."""
        helpers = self._helpers(wildcards)
        return [f"--helper {kind} {' '.join(files)}" for kind, files in helpers.items()]

    def _helpers(self, wildcards: Any) -> dict[str, list[str]]:
        dataset, forget_set = wildcards.dataset, wildcards.forget_set
        return {
            kind: self.each(paths.helper, dataset, forget_set, kind, further)
            for kind, further in plan.helpers(self.settings, dataset, wildcards.method)
        }
