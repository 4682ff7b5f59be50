"""A dataset with its network, training, forget sets and methods."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from regression_unlearning import registry
from regression_unlearning.errors import UserError, unknown
from regression_unlearning.settings.forget_sets import ForgetSet
from regression_unlearning.settings.measuring import Observation, Relearning
from regression_unlearning.settings.networks import Network
from regression_unlearning.settings.section import Count, Name, Section, validated
from regression_unlearning.settings.training import Training
from regression_unlearning.settings.tuning import NO_OPTIONS, Tuned, Tuning, options_hash


class Resources(Section):
    """What a job of this dataset that runs a network asks for: `minutes` for one training.

    A second attempt asks for twice the memory and the minutes.
    """

    threads: Count = 1
    gpu: Annotated[int, Field(ge=0)] = 0
    memory_mb: Count = 2000
    minutes: Count = 60


class Method(BaseModel):
    """One column of a table: an unlearning method with its options.

    `tuned` is the record of the search that chose these very options, none where there was none.
    """

    model_config = ConfigDict(frozen=True)
    label: str
    method: str
    title: str
    options: dict[str, Any]
    helpers: tuple[str, ...]
    tuned: Tuned | None = None


class _Named(Section):
    title: str
    method: str
    tuned: Tuned | None = None


class Dataset(Section):
    """One dataset with its model, training settings, forget sets and methods.

    `source` says what its loader fetches and makes, `reading` how its family makes a mini-batch;
    `measures` holds settings of measures that differ from the general ones. `quantiles` are what
    the network predicts under the quantile loss; the middle one is the point forecast. `blindspot`
    trains the paper's helper; a method may name one of `further_blindspots` in its place.

    `original` is the file of a model that was trained elsewhere, to start from in place of training
    one; ``{seed}`` in it stands for the training seed, without it every seed starts from one model.
    """

    loader: Name
    title: str
    source: dict[str, Any] = Field(default_factory=dict)
    reading: dict[str, Any] = Field(default_factory=dict)
    embedding: Name | None = None
    model: Network
    loss: Literal["mse", "l1", "quantile"]
    quantiles: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = ()
    training: Training
    original: str | None = None
    blindspot: Training
    further_blindspots: dict[Name, Training] = Field(default_factory=dict)
    unit: str = "the target's unit"
    forget_sets: dict[Name, ForgetSet]
    methods: dict[Name, dict[str, Any]]
    measures: dict[Name, dict[str, Any]] = Field(default_factory=dict)
    observation: Observation = Observation()
    relearning: Relearning = Relearning()
    tuning: Tuning | None = None
    resources: Resources = Resources()

    def earlier(self, forget_set: str) -> list[str]:
        """Forget sets that were unlearned before one, the latest first.

        Raises
        ------
        UserError
            When one of them does not exist, or comes after itself.
        """
        found: list[str] = []
        name = self.forget_sets[forget_set].after
        while name is not None:
            if name not in self.forget_sets:
                raise unknown("forget set", name, self.forget_sets)
            if name == forget_set or name in found:
                raise UserError(f"the forget set {name!r} comes after itself.")
            found.append(name)
            name = self.forget_sets[name].after
        return found

    @model_validator(mode="after")
    def _original_is_a_path(self):
        if self.original is not None:
            rest = self.original.replace("{seed}", "")
            if not rest or "{" in rest or "}" in rest:
                raise UserError(
                    f"original: {self.original!r} must be the path of a .safetensors file; only "
                    "{seed} may stand in braces."
                )
        return self

    @model_validator(mode="after")
    def _quantiles_fit_the_loss(self):
        count = len(self.quantiles)
        if self.loss != "quantile":
            if count:
                raise UserError(f"quantiles: the loss is {self.loss}; they go with loss: quantile.")
        elif count % 2 == 0 or list(self.quantiles) != sorted(set(self.quantiles)):
            raise UserError(
                "quantiles: the quantile loss needs an odd number of rising quantiles, such as "
                "[0.1, 0.5, 0.9]; the middle one is the point forecast."
            )
        return self

    def method(self, label: str, where: str = "") -> Method:
        """The entry `label` of `methods`, its options checked by the method itself.

        Parameters
        ----------
        label : str
            The entry's name.
        where : str, optional
            Its place, for messages.

        Raises
        ------
        UserError
            When no method bears the name, or an option is wrong.
        """
        if label not in self.methods:
            raise unknown("method", label, self.methods, where)
        entry = self.methods[label]
        names = {key: entry[key] for key in NO_OPTIONS if key in entry}
        named = validated(_Named, {"title": label, "method": label, **names}, where)
        module = registry.load("method", named.method, where)
        chosen = {key: value for key, value in entry.items() if key not in NO_OPTIONS}
        tuned = named.tuned
        options = validated(module.Settings, chosen, where).plain()
        helpers = tuple(getattr(module, "HELPERS", ()))
        if helpers and options.get("helper") and options["helper"] not in self.further_blindspots:
            raise unknown("helper", options["helper"], self.further_blindspots, where)
        return Method(
            label=label,
            method=named.method,
            title=named.title,
            options=options,
            helpers=helpers,
            tuned=tuned if tuned and tuned.options == options_hash(entry) else None,
        )
