"""params.yaml as typed, checked settings.

`load_settings` reads the file; `check` takes a dictionary (Snakemake's ``config``, say). Either
ends in a `Settings` in which every name exists and every number is in range, or in one `UserError`
that names the key, what is wrong with it, and the nearest right one.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from regression_unlearning import registry
from regression_unlearning.errors import UserError, unknown

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_]*$")]
Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Seed = Annotated[int, Field(ge=0)]

#: Models that stand in a table beside the unlearning methods.
REFERENCES = {"original": "Original", "retrained": "Retrained"}


class Section(BaseModel):
    """A part of the settings: immutable, and without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, values: Any) -> Any:
        if isinstance(values, Mapping):
            keys = {field.alias or name for name, field in cls.model_fields.items()}
            for key in values:
                if key not in keys and key not in cls.model_fields:
                    raise unknown("key", str(key), keys)
        return values

    def plain(self) -> dict[str, Any]:
        """The section as JSON values, keys as in params.yaml."""
        return self.model_dump(mode="json", by_alias=True)


class Plateau(Section):
    """Divide the learning rate when the validation loss stops falling (paper, Section 6.3)."""

    name: Literal["plateau"]
    factor: Annotated[float, Field(gt=0, lt=1)] = 0.1
    patience: Count = 10


class Step(Section):
    """Multiply the learning rate by `factor` after every `epochs` epochs."""

    name: Literal["step"]
    factor: Annotated[float, Field(gt=0, lt=1)] = 0.1
    epochs: Count = 3


class Fit(Section):
    """How the training loop runs: Adam over shuffled mini-batches.

    `save_every` is the number of seconds between two savings of the whole state.
    """

    epochs: Count
    learning_rate: Positive
    batch_size: Count = 256
    schedule: Annotated[Plateau | Step, Field(discriminator="name")] | None = None
    clip: Positive | None = None
    save_every: Positive = 20.0


class LSTM(Section):
    """Two sentences through one LSTM, then a head of linear layers (paper, Section 6.2)."""

    name: Literal["lstm"]
    hidden: Count = 64
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.3
    head: tuple[Count, ...] = (64, 32, 16)


#: Every network's settings; a new one joins the union.
Network = LSTM


class Embedding(Section):
    """A file of word vectors in GloVe's text format, plain or inside a zip or gzip file."""

    url: str
    member: str
    dimension: Count
    mirror: tuple[str, ...] = ()
    sha256: str | None = None


class Selector(Section):
    """Base of the ways to choose a forget set."""

    title: str


class Band(Selector):
    """Rows whose target lies in a band; `from`, `up_to` belong to it, `below`, `above` not."""

    select: Literal["band"]
    from_: float | None = Field(default=None, alias="from")
    above: float | None = None
    below: float | None = None
    up_to: float | None = None

    @model_validator(mode="after")
    def _has_an_edge(self):
        if all(edge is None for edge in (self.from_, self.above, self.below, self.up_to)):
            raise UserError("a band needs an edge: from, above, below or up_to.")
        return self


class Random(Selector):
    """A number of training rows drawn at random, by a seed of its own."""

    select: Literal["random"]
    rows: Count
    seed: Seed = 0


class Where(Selector):
    """Rows whose column holds one of the given values (compared as text)."""

    select: Literal["where"]
    column: str
    equals: Annotated[tuple[str | int | float, ...], Field(min_length=1)]


class Ids(Selector):
    """Training rows named one by one, in a list or in a text file with one id a line."""

    select: Literal["ids"]
    ids: tuple[str, ...] = ()
    file: str | None = None


ForgetSet = Annotated[Band | Random | Where | Ids, Field(discriminator="select")]


class Observation(Section):
    """How many rows of each part keep their activations, and how many pass the network at once."""

    max_rows: Count = 2000
    batch_size: Count = 1024


class Relearning(Section):
    """The Anamnesis Index's relearning (paper, Eq. 10).

    Mini-batches of the whole training set until the loss on the forget set is at most (1 + alpha)
    times the original model's; `orders` batch orders, at most `cap` mini-batches each, the loss
    looked at after every `check_every` of them.
    """

    learning_rate: Positive = 0.01
    batch_size: Count = 256
    alpha: Positive = 0.05
    orders: Count = 2
    check_every: Count = 1
    cap: Count = 230


class Resources(Section):
    """What a job of this dataset that runs a network asks for: `minutes` for one training.

    A second attempt asks for twice the memory and the minutes.
    """

    threads: Count = 1
    gpu: Annotated[int, Field(ge=0)] = 0
    memory_mb: Count = 2000
    minutes: Count = 60


class Method(BaseModel):
    """One column of a table: an unlearning method with its options."""

    model_config = ConfigDict(frozen=True)
    label: str
    method: str
    title: str
    options: dict[str, Any]
    helpers: tuple[str, ...]


class _Named(Section):
    title: str
    method: str


class Dataset(Section):
    """One dataset with its model, training settings, forget sets and methods."""

    loader: Name
    title: str
    source: dict[str, Any] = {}
    embedding: Name | None = None
    model: Network
    loss: Literal["mse", "l1"]
    training: Fit
    blindspot: Fit
    unit: str = "the target's unit"
    forget_sets: dict[Name, ForgetSet]
    methods: dict[Name, dict[str, Any]]
    observation: Observation = Observation()
    relearning: Relearning = Relearning()
    resources: Resources = Resources()

    def method(self, label: str) -> Method:
        """The entry `label` of `methods`, its options checked by the method itself.

        Raises
        ------
        UserError
            When no method bears the name, or an option is wrong.
        """
        if label not in self.methods:
            raise unknown("method", label, self.methods)
        entry = dict(self.methods[label])
        names = {"title": entry.pop("title", label), "method": entry.pop("method", label)}
        named = validated(_Named, names)
        module = registry.load("method", named.method)
        options = validated(module.Settings, entry).plain()
        helpers = tuple(getattr(module, "HELPERS", ()))
        return Method(
            label=label, method=named.method, title=named.title, options=options, helpers=helpers
        )


class Layout(Section):
    """What a table or a figure shows of one dataset.

    `paper` names the paper's table whose printed values and claims stand beside ours; only the
    paper's own data have one.
    """

    title: str
    dataset: Name
    paper: Name | None = None
    forget_sets: Annotated[tuple[Name, ...], Field(min_length=1)]
    methods: Annotated[tuple[Name, ...], Field(min_length=1)]

    @field_validator("forget_sets", "methods")
    @classmethod
    def _nothing_twice(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if names.count(name) > 1:
                raise UserError(f"{name!r} is named twice.")
        return names


class Figure(Layout):
    """A figure: a layout and a kind of drawing."""

    kind: Literal["difference_densities"]


class Experiment(Section):
    """Datasets, forget sets, methods and seeds, and which table shows them."""

    title: str
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1)]
    tables: dict[Name, Layout]
    figures: dict[Name, Figure] = {}

    @model_validator(mode="after")
    def _seeds_differ(self):
        if len(set(self.seeds)) < len(self.seeds):
            raise UserError("seeds: a seed is named twice.")
        return self

    @model_validator(mode="after")
    def _names_differ(self):
        if both := sorted(set(self.tables) & set(self.figures)):
            raise UserError(f"{both[0]!r} names a table and a figure; rename one.")
        return self


class Settings(Section):
    """All of params.yaml."""

    experiment: Name
    data_mirror: str | None = None
    without_gpu: Literal["fail", "cpu"] = "fail"
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

    def word_vectors_of(self, dataset: str) -> Embedding:
        """The word vectors that a dataset is read with: its own where its loader brings some."""
        chosen = self.datasets[dataset]
        loader = registry.load("dataset", chosen.loader)
        if hasattr(loader, "word_vectors"):
            return loader.word_vectors(loader.Settings.model_validate(chosen.source))
        return self.embedding_of(dataset)


def validated(model: type[BaseModel], values: Any, where: str = "") -> Any:
    """Check `values` against a settings class; one `UserError` lists all that is wrong.

    Raises
    ------
    UserError
        With a line for each wrong key: its dotted place, what is wrong, and what would be right.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        lines = []
        for found in error.errors():
            parts = [str(part) for part in found["loc"] if not str(part).startswith("function-")]
            place = ".".join([where, *parts] if where else parts)
            message = found["msg"].removeprefix("Value error, ")
            given = found.get("input")
            shown = f" (given: {given!r})" if isinstance(given, str | int | float) else ""
            lines.append(f"{place}: {message}{shown}" if place else f"{message}{shown}")
        raise UserError("\n".join(lines)) from None


def check(values: Mapping[str, Any], where: str = "params.yaml") -> Settings:
    """Check a whole configuration: keys, types, ranges, and every name that another part uses.

    Raises
    ------
    UserError
        See `validated`; also for a name of a dataset, forget set, method, measure, embedding or
        experiment that does not exist.
    """
    settings = validated(Settings, values, where)

    def named(kind: str, name: str, table: Mapping, place: str) -> None:
        if name not in table:
            raise unknown(kind, name, table, f"{where}: {place}")

    named("experiment", settings.experiment, settings.experiments, "experiment")
    named("embedding", settings.embedding, settings.embeddings, "embedding")
    for label, dataset in settings.datasets.items():
        place = f"{where}: datasets.{label}"
        loader = registry.load("dataset", dataset.loader, f"{place}.loader")
        validated(loader.Settings, dataset.source, f"{place}.source")
        if dataset.embedding is not None:
            named(
                "embedding", dataset.embedding, settings.embeddings, f"datasets.{label}.embedding"
            )
        for name in dataset.methods:
            method_place = f"{place}.methods.{name}"
            if name in REFERENCES:
                raise UserError(f"{method_place}: this name is taken; choose another.")
            try:
                dataset.method(name)
            except UserError as error:
                raise UserError(f"{method_place}: {error}") from None
    for name, options in settings.measures.items():
        module = registry.load("measure", name, f"{where}: measures.{name}")
        validated(module.Settings, options, f"{where}: measures.{name}")
    for label, experiment in settings.experiments.items():
        for kind, layouts in (("tables", experiment.tables), ("figures", experiment.figures)):
            for name, layout in layouts.items():
                place = f"experiments.{label}.{kind}.{name}"
                named("dataset", layout.dataset, settings.datasets, place)
                dataset = settings.datasets[layout.dataset]
                for forget_set in layout.forget_sets:
                    named("forget set", forget_set, dataset.forget_sets, place)
                for method in layout.methods:
                    named("method", method, dataset.methods, place)
    return settings


class _Loader(yaml.SafeLoader):
    """YAML in which no key may stand twice: plain YAML would silently keep the last."""

    def compose_mapping_node(self, anchor):
        """Compose a mapping; keys of a merge (``<<``) come later and may be overwritten."""
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.MarkedYAMLError(
                        problem=f"{key.value!r} stands twice", problem_mark=key.start_mark
                    )
                seen.add(key.value)
        return node


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
        raise UserError(f"{path} is not YAML: {error}") from error
    if not isinstance(values, dict):
        raise UserError(f"{path} must hold keys and values.")
    return values


def load_settings(path: str | Path = "params.yaml") -> Settings:
    """Read and check params.yaml.

    Raises
    ------
    UserError
        See `read_yaml` and `check`.
    """
    return check(read_yaml(path), str(path))
