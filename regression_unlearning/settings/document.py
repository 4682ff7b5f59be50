"""params.yaml as a whole: read, typed, checked.

`load_settings` reads the file; `check` takes a dictionary (Snakemake's ``config``, say). Either
ends in a `Settings` in which every name exists and every number is in range, or in one `UserError`
that names the file, the key, what is wrong with it, and the nearest right one.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, PrivateAttr

from regression_unlearning import registry
from regression_unlearning.errors import UserError, unknown
from regression_unlearning.evaluation.measure import quantities
from regression_unlearning.settings.complete import complete
from regression_unlearning.settings.dataset import Dataset
from regression_unlearning.settings.embedding import Embedding, Published
from regression_unlearning.settings.experiment import Experiment, Figure, Layout, Table
from regression_unlearning.settings.forget_sets import Ids, Random
from regression_unlearning.settings.places import Place
from regression_unlearning.settings.precision import misplaced
from regression_unlearning.settings.reading import PARAMS, Origins, read_yaml
from regression_unlearning.settings.section import (
    Count,
    Name,
    Section,
    Whole,
    out_of_line,
    validated,
)


class Settings(Section):
    """All of params.yaml."""

    experiment: Name
    """Which of `experiments` runs."""
    data_mirror: Place | None = None
    """A folder that already holds the raw files; the environment variable
    REGRESSION_UNLEARNING_DATA_MIRROR goes before it."""
    without_gpu: Literal["fail", "cpu"] = "fail"
    """A job that asked for a GPU and finds none: fail, or go on on the cpu."""
    gpus_per_job: Whole = 0
    """GPUs of a job that runs a network, where its dataset's `resources` do not say; a profile
    may say another number."""
    seeds_per_job: Count = 2
    """Training seeds that share a process; a profile may say another number."""
    jobs_per_gpu: Count = 1
    """Processes that share the seeds of a job and its GPU, where it asks for one: at most
    `seeds_per_job`; a profile may say another number."""
    embedding: Name
    """Which of `embeddings` real sentence pairs are read with."""
    embeddings: dict[Name, Published]
    """Files of word vectors."""
    methods: dict[Name, dict[str, Any]] = Field(default_factory=dict)
    """What is said of each method once: title, options, `method` where the name is another."""
    datasets: dict[Name, Dataset]
    """The datasets."""
    measures: dict[Name, dict[str, Any]]
    """What is measured, in the order of a table's rows, and the measures' own settings, below."""
    experiments: dict[Name, Experiment]
    """The experiments."""
    _origins: Origins = PrivateAttr(default_factory=Origins)

    @property
    def chosen(self) -> Experiment:
        """The experiment that is to run."""
        return self.experiments[self.experiment]

    def at(self, place: str) -> str:
        """A key with the file that says it, for messages: ``mine.yaml: datasets.mine.loader``."""
        return self._origins.at(place)

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
            with registry.called("source", chosen.loader):
                return loader.word_vectors(chosen.source)
        return self.embedding_of(dataset)


def check(
    values: Mapping[str, Any], where: str | Origins = PARAMS, folder: str | Path = "."
) -> Settings:
    """Check a whole configuration: keys, types, ranges, and every name that another part uses.

    Parameters
    ----------
    values : mapping
        Keys and values, as files say them, merged.
    where : str or Origins
        The file's name, or which file says which key.
    folder : path
        The project's folder, in which tuning/ lies.

    Raises
    ------
    UserError
        See `validated`; also for a name of a dataset, forget set, method, measure, embedding or
        experiment that does not exist.
    """
    origins = where if isinstance(where, Origins) else Origins([(where, values)])
    try:
        _check_keys(values)
        settings = _checked(complete(values, Path(folder)))
    except UserError as error:
        raise UserError("\n".join(map(origins.at, str(error).splitlines()))) from None
    settings._origins = origins
    return settings


def _check_keys(values: Any, place: str = "") -> None:
    """Refuse keys that no message could name on its line."""
    inside = values.items() if isinstance(values, Mapping) else ()
    for key, one in enumerate(values) if isinstance(values, list | tuple) else inside:
        if wrong := out_of_line(key):
            raise UserError(f"{place or 'a key'}: {wrong}")
        if isinstance(one, Mapping | list | tuple):
            _check_keys(one, f"{place}.{key}" if place else str(key))


def _checked(values: Mapping[str, Any]) -> Settings:
    settings = validated(Settings, values)
    _named("experiment", settings.experiment, settings.experiments, "experiment")
    _named("embedding", settings.embedding, settings.embeddings, "embedding")
    for name, options in settings.measures.items():
        module = registry.load("measure", name, f"measures.{name}")
        validated(module.Settings, options, f"measures.{name}")
    quantities(settings.measures)
    for label, dataset in settings.datasets.items():
        _check_dataset(settings, dataset, f"datasets.{label}")
    for label, experiment in settings.experiments.items():
        for kind, layouts in (("tables", experiment.tables), ("figures", experiment.figures)):
            for name, layout in layouts.items():
                place = f"experiments.{label}.{kind}.{name}"
                if isinstance(layout, Figure):
                    registry.load("figure", layout.kind, f"{place}.kind")
                _check_layout(settings, experiment, layout, place)
    return settings


def _named(kind: str, name: str, table: Iterable[str], place: str) -> None:
    if name not in table:
        raise unknown(kind, name, table, place)


def _check_dataset(settings: Settings, dataset: Dataset, place: str) -> None:
    if dataset.embedding is not None:
        _named("embedding", dataset.embedding, settings.embeddings, f"{place}.embedding")
    if wrong := misplaced(dataset):
        raise UserError(
            f"{place}.{wrong[0]}.precision: auto follows the training's choice, and "
            f"{place}.training names one; say auto there, or float32 or bfloat16 here."
        )
    for name in dataset.forget_sets:
        try:
            dataset.earlier(name)
        except UserError as error:
            raise UserError(f"{place}.forget_sets.{name}.after: {error}") from None
    for name in dataset.tuning.forget_sets if dataset.tuning else ():
        _named("forget set", name, dataset.forget_sets, f"{place}.tuning")
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
        if not isinstance(selector, Random | Ids) and not getattr(selector, "share", None):
            continue
        missing = selector.missing_file() if isinstance(selector, Ids) else None
        also = f"\ndatasets.{name}.forget_sets.{one}.{missing}" if missing else ""
        how = "names rows one by one" if isinstance(selector, Ids) else "draws rows at random"
        raise UserError(
            f"{where}: {one} {how}, and datasets.{name}.tuning.forget_sets names it: methods "
            f"would be tuned on the very rows that are shown here. Take {one} out of that list "
            f"(where it stands alone, take out datasets.{name}.tuning).{also}"
        )


def load_settings(path: str | Path | None = None, *more: str | Path) -> Settings:
    """Read and check params.yaml, and files of one's own over it.

    Parameters
    ----------
    path : path, optional
        By default params.yaml in the working directory; where there is none, the copy that the
        installed package brings, or the one of the repository that the package is run from.
    *more : path
        Files whose keys replace those of `path`, the last one first.

    Returns
    -------
    Settings
        Complete and checked: every name exists, every number is in range.

    Raises
    ------
    UserError
        See `read_yaml` and `check`.
    """
    if path is None:
        folders = (Path(), *Path(__file__).parents[1:3])
        path = next((one / PARAMS for one in folders if (one / PARAMS).is_file()), PARAMS)
    origins = Origins([(str(one), read_yaml(one)) for one in (path, *more)])
    return check(origins.merged, origins, Path(path).parent)
