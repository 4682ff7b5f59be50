"""params.yaml as a whole: read, typed, checked.

`load_settings` reads the file; `check` takes a dictionary (Snakemake's ``config``, say). Either
ends in a `Settings` in which every name exists and every number is in range, or in one `UserError`
that names the key, what is wrong with it, and the nearest right one.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import yaml

from regression_unlearning import registry
from regression_unlearning.errors import UserError, unknown
from regression_unlearning.evaluation.measure import quantities
from regression_unlearning.settings.dataset import Dataset
from regression_unlearning.settings.embedding import Embedding
from regression_unlearning.settings.experiment import REFERENCES, Experiment, Figure, Layout, Table
from regression_unlearning.settings.forget_sets import Ids, Random
from regression_unlearning.settings.section import Count, Name, Section, validated


class Settings(Section):
    """All of params.yaml."""

    experiment: Name
    data_mirror: str | None = None
    without_gpu: Literal["fail", "cpu"] = "fail"
    seeds_per_job: Count = 2
    embedding: Name
    embeddings: dict[Name, Embedding]
    datasets: dict[Name, Dataset]
    measures: dict[Name, dict[str, Any]]
    experiments: dict[Name, Experiment]

    @property
    def chosen(self) -> Experiment:
        """The experiment that is to run."""
        return self.experiments[self.experiment]

    def embedding_of(self, dataset: str) -> Embedding:
        """The entry of `embeddings` that is chosen for a dataset."""
        return self.embeddings[self.datasets[dataset].embedding or self.embedding]

    def word_vectors_of(self, dataset: str) -> Embedding | None:
        """The word vectors that a dataset is read with: its own where its loader brings some."""
        chosen = self.datasets[dataset]
        family = registry.family_of(chosen.loader)
        if not getattr(registry.part(family, "prepare"), "WORD_VECTORS", False):
            return None
        loader = registry.load("source", chosen.loader)
        if hasattr(loader, "word_vectors"):
            return loader.word_vectors(loader.Settings.model_validate(chosen.source))
        return self.embedding_of(dataset)


def check(values: Mapping[str, Any], where: str = "params.yaml") -> Settings:
    """Check a whole configuration: keys, types, ranges, and every name that another part uses.

    Raises
    ------
    UserError
        See `validated`; also for a name of a dataset, forget set, method, measure, embedding or
        experiment that does not exist.
    """
    try:
        settings = validated(Settings, values)
    except UserError as error:
        lines = str(error).splitlines()
        raise UserError("\n".join(f"{where}: {line}" for line in lines)) from None
    _named("experiment", settings.experiment, settings.experiments, f"{where}: experiment")
    _named("embedding", settings.embedding, settings.embeddings, f"{where}: embedding")
    for name, options in settings.measures.items():
        module = registry.load("measure", name, f"{where}: measures.{name}")
        validated(module.Settings, options, f"{where}: measures.{name}")
    quantities(settings.measures)
    for label, dataset in settings.datasets.items():
        _check_dataset(settings, dataset, f"{where}: datasets.{label}")
    for label, experiment in settings.experiments.items():
        for kind, layouts in (("tables", experiment.tables), ("figures", experiment.figures)):
            for name, layout in layouts.items():
                place = f"{where}: experiments.{label}.{kind}.{name}"
                if isinstance(layout, Figure):
                    registry.load("figure", layout.kind, f"{place}.kind")
                _check_layout(settings, experiment, layout, place)
    return settings


def _named(kind: str, name: str, table: Iterable[str], place: str) -> None:
    if name not in table:
        raise unknown(kind, name, table, place)


def _check_dataset(settings: Settings, dataset: Dataset, place: str) -> None:
    loader = registry.load("source", dataset.loader, f"{place}.loader")
    validated(loader.Settings, dataset.source, f"{place}.source")
    batch = registry.part(registry.family_of(dataset.loader), "batch")
    validated(batch.Reading, dataset.reading, f"{place}.reading")
    if dataset.embedding is not None:
        _named("embedding", dataset.embedding, settings.embeddings, f"{place}.embedding")
    for name in dataset.forget_sets:
        try:
            dataset.earlier(name)
        except UserError as error:
            raise UserError(f"{place}.forget_sets.{name}.after: {error}") from None
    for name in dataset.tuning.forget_sets if dataset.tuning else ():
        _named("forget set", name, dataset.forget_sets, f"{place}.tuning")
    for name in dataset.methods:
        method_place = f"{place}.methods.{name}"
        if name in REFERENCES:
            raise UserError(f"{method_place}: this name is taken; choose another.")
        dataset.method(name, method_place)
    for name, options in dataset.measures.items():
        _named("measure", name, settings.measures, f"{place}.measures")
        chosen = {**settings.measures[name], **options}
        validated(registry.load("measure", name).Settings, chosen, f"{place}.measures.{name}")


def _check_layout(settings: Settings, experiment: Experiment, layout: Layout, place: str) -> None:
    for name in layout.datasets:
        _named("dataset", name, settings.datasets, place)
        dataset = settings.datasets[name]
        for forget_set in layout.forget_sets:
            _named("forget set", forget_set, dataset.forget_sets, place)
        for method in layout.methods:
            _named("method", method, dataset.methods, place)
        for measure in (layout.measures or ()) if isinstance(layout, Table) else ():
            _named("measure", measure, settings.measures, f"{place}.measures")
        _apart(dataset, experiment, layout, name, place)


def _apart(dataset: Dataset, experiment: Experiment, layout: Layout, name: str, where: str) -> None:
    """What tuning looks at is never reported: neither its seed nor its random forget sets."""
    if dataset.tuning is None:
        return
    if dataset.tuning.seed in experiment.seeds:
        raise UserError(
            f"{where}: seed {dataset.tuning.seed} is the one that {name} is tuned on; "
            "take it out of the experiment's seeds, or change the dataset's tuning.seed."
        )
    for one in set(layout.forget_sets) & set(dataset.tuning.forget_sets):
        selector = dataset.forget_sets[one]
        if not isinstance(selector, Random | Ids):
            continue
        missing = selector.missing_file() if isinstance(selector, Ids) else None
        file = where.partition(":")[0]
        also = f"\n{file}: datasets.{name}.forget_sets.{one}.{missing}" if missing else ""
        how = "names rows one by one" if isinstance(selector, Ids) else "draws rows at random"
        raise UserError(
            f"{where}: {one} {how}, and datasets.{name}.tuning.forget_sets names it: methods "
            f"would be tuned on the very rows that are shown here. Take {one} out of that list "
            f"(where it stands alone, take out datasets.{name}.tuning).{also}"
        )


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """YAML in which no key may stand twice: plain YAML would silently keep the last.

    libyaml reads a list of ids ten times faster than Python does; without it Python reads.
    """

    def __init__(self, stream):
        super().__init__(stream)
        self._flat: set[yaml.Node] = set()

    def flatten_mapping(self, node):
        """Put the keys of a merge (``<<``) into a mapping; its own keys must differ."""
        if node not in self._flat:  # a second time it holds merged keys, which may be overwritten
            self._flat.add(node)
            seen = set()
            for key, _ in node.value:
                if isinstance(key, yaml.ScalarNode):
                    if key.value in seen:
                        raise yaml.MarkedYAMLError(
                            problem=f"{key.value!r} stands twice", problem_mark=key.start_mark
                        )
                    seen.add(key.value)
        super().flatten_mapping(node)


def read_yaml(path: str | Path) -> dict[str, Any]:
    """Read a file of keys and values, in which no key may stand twice.

    Raises
    ------
    UserError
        When the file is missing, is no YAML, or holds something else.
    """
    path = Path(path)
    try:
        values = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 (a safe loader)
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read {path}: {error}") from error
    except yaml.YAMLError as error:
        raise UserError(_slip(path, error)) from error
    if not isinstance(values, dict):
        raise UserError(f"{path} must hold keys and values.")
    return values


def _slip(path: Path, error: yaml.YAMLError) -> str:
    """Where a file stops being YAML, and why, on one line."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    if mark is None:  # a character that no text holds
        return f"{path} is not YAML: {' '.join(str(error).split())}."
    spot = f"{path}, line {mark.line + 1}, column {mark.column + 1}"
    if problem.endswith("stands twice"):
        return f"{spot}: {problem}; take one out."
    return (
        f"{spot}: not YAML from here on ({problem}); look here and on the lines above for a "
        "bracket or quote too many or too few, or a wrong indentation."
    )


def load_settings(path: str | Path = "params.yaml") -> Settings:
    """Read and check params.yaml.

    Raises
    ------
    UserError
        See `read_yaml` and `check`.
    """
    return check(read_yaml(path), str(path))
