"""A dataset with its network, training, forget sets and methods."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, SerializeAsAny, ValidationInfo, field_validator, model_validator

from regression_unlearning import registry
from regression_unlearning.errors import UserError, unknown
from regression_unlearning.settings.defaults import default_of, loss_of
from regression_unlearning.settings.experiment import REFERENCES, Names
from regression_unlearning.settings.forget_sets import ForgetSet
from regression_unlearning.settings.measuring import Observation, Relearning
from regression_unlearning.settings.methods import Method, read_method
from regression_unlearning.settings.networks import Network
from regression_unlearning.settings.places import Place
from regression_unlearning.settings.resources import Resources
from regression_unlearning.settings.section import (
    MOST,
    Name,
    OwnTitle,
    Section,
    Title,
    Within,
    name_of,
    validated_within,
)
from regression_unlearning.settings.target_scale import CLASSES, UNNAMED, Loss, TargetScale, misfits
from regression_unlearning.settings.training import Training
from regression_unlearning.settings.tuning import Tuning

#: A key that an entry need not say.
_FAMILYS = Field(default=None, validate_default=True, description="its family's")


class StandsFor(Section):
    """Which of the paper's datasets a dataset stands in for, so that its claims can be judged."""

    dataset: Name
    """The paper's dataset."""
    forget_sets: dict[Name, Names] = Field(default_factory=dict)
    """Forget sets that are named otherwise than the paper's, with the paper's name, or several."""


class Dataset(Section):
    """One dataset with its network, training, forget sets and methods."""

    loader: Name
    """Where its rows come from: a module of data/sources, or a plug-in."""
    title: OwnTitle
    """What tables and figures call it."""
    source: SerializeAsAny[Section] = Field(default_factory=dict, validate_default=True)
    """What the loader fetches and makes; its own settings, below."""
    reading: SerializeAsAny[Section] = Field(default_factory=dict, validate_default=True)
    """How its family makes a mini-batch; the family's own settings, below."""
    embedding: Name | None = None
    """One of `embeddings`, in place of the general one."""
    model: Network = _FAMILYS
    """`name` of the network, and the network's own settings, below."""
    loss: Loss = _FAMILYS
    """Of a row: squared, absolute, or quantile loss of a number; or cross-entropy of a class, the
    target then being a whole number from 0 on."""
    quantiles: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = Field(
        default=None, validate_default=True, description="`[0.1, 0.5, 0.9]` under the quantile loss"
    )
    """What the network predicts under the quantile loss; the middle one is the point forecast."""
    classes: Annotated[int, Field(ge=2, le=MOST)] | None = None
    """How many classes there are; by default as many as the targets name."""
    training: Training = _FAMILYS
    """How originals and retrained models are trained."""
    stands_for: StandsFor | None = None
    """Which of the paper's datasets it stands in for."""
    original: Place | None = None
    """The file of a model that was trained elsewhere, to start from in place of training one;
    ``{seed}`` in it stands for the training seed, without it every seed starts from one model."""
    blindspot: Training = Field(
        default=None,
        validate_default=True,
        description="as `training`, a tenth of its epochs, without a schedule",
    )
    """How the paper's helper is trained, where a method asks for it."""
    further_blindspots: dict[Name, Training] = Field(default_factory=dict)
    """Further helpers by name: a method may say ``helper: NAME``."""
    printed_as: Name | None = None
    """The paper's dataset whose printed values stand beside this one's; by default that of its own
    name."""
    unit: Title = UNNAMED
    """The target's unit, for tables and figures."""
    target_scale: TargetScale = "standardise"
    """What networks learn in place of a target y: ``standardise`` (y - m) / s, of the training
    rows' mean m and standard deviation s; ``none`` y itself; (y - shift) / divide. Whatever is
    measured, and every other setting, is in the target's own unit. Of classes always ``none``."""
    forget_sets: dict[Name, ForgetSet]
    """What may be asked to be forgotten."""
    unlearning: dict[str, Any] = Field(default_factory=dict)
    """Options of every method of this dataset that has them, where its entry says nothing else."""
    methods: Annotated[
        dict[Name, Method], Field(description="all of the top `methods` that its loss allows")
    ]
    """The methods that it has, and what differs from the top `methods` and from `unlearning`."""
    measures: dict[Name, dict[str, Any]] = Field(default_factory=dict)
    """Settings of measures that differ from the general ones."""
    observation: Observation = Observation()
    """One pass of a model over its rows, for the measures."""
    relearning: Relearning = Relearning()
    """How the Anamnesis Index lets a model relearn."""
    tuning: Tuning | None = None
    """How its methods are searched; without it they cannot be."""
    resources: Resources = Resources()
    """What a job with a network asks for."""

    @field_validator("loader")
    @classmethod
    def _loader_is_there(cls, name: str) -> str:
        family = registry.family_of(name)
        for half in registry.HALVES:
            registry.part(family, half)
        return name

    @field_validator("source", "reading", mode="before")
    @classmethod
    def _own_settings(cls, values: Any, info: ValidationInfo) -> Any:
        """Checked by the loader's, or the family's, own settings."""
        loader = info.data.get("loader")
        if loader is None:
            return Section()  # what is wrong with the loader is said already
        if info.field_name == "source":
            settings = registry.load("source", loader).Settings
        else:
            settings = registry.part(registry.family_of(loader), "batch").Reading
        if isinstance(values, settings):
            return values
        return validated_within(settings, values)

    @field_validator("model", "loss", "quantiles", "training", "blindspot", mode="before")
    @classmethod
    def _unsaid(cls, value: Any, info: ValidationInfo) -> Any:
        return default_of(str(info.field_name), info.data) if value is None else value

    @field_validator("methods", mode="before")
    @classmethod
    def _methods(cls, entries: Any) -> Any:
        """Each checked by its method's own settings."""
        if not isinstance(entries, Mapping):
            return entries
        methods, problems = {}, []
        for label, entry in entries.items():
            name_of(label)
            if label in REFERENCES:
                raise Within(f".{label}: this name is taken; choose another.")
            try:
                methods[label] = read_method(label, entry, f".{label}")
            except UserError as error:
                problems.append(str(error))
        if problems:
            raise Within("\n".join(problems))
        return methods

    @model_validator(mode="after")
    def _helpers_are_there(self) -> Self:
        for label, method in self.methods.items():
            helper = method.options.get("helper")
            if method.helpers and helper and helper not in self.further_blindspots:
                where = f".methods.{label}"
                raise Within(str(unknown("helper", helper, self.further_blindspots, where)))
        return self

    @model_validator(mode="after")
    def _stand_ins_are_there(self) -> Self:
        for name in self.stands_for.forget_sets if self.stands_for else ():
            if name not in self.forget_sets:
                where = ".stands_for.forget_sets"
                raise Within(str(unknown("forget set", name, self.forget_sets, where)))
        return self

    def roles(self, name: str, forget_set: str) -> list[tuple[str, str]]:
        """The paper's datasets and forget sets that one of this dataset, named `name`, is for."""
        if self.stands_for is None:
            return [(self.printed_as or name, forget_set)]
        named = self.stands_for.forget_sets.get(forget_set, (forget_set,))
        return [(self.stands_for.dataset, one) for one in named]

    def method(self, label: str, where: str = "") -> Method:
        """The entry `label` of `methods`.

        Raises
        ------
        UserError
            When there is none.
        """
        if label not in self.methods:
            raise unknown("method", label, self.methods, where)
        return self.methods[label]

    def earlier(self, forget_set: str) -> list[str]:
        """Forget sets that were unlearned before one, the latest first.

        Raises
        ------
        UserError
            When one of them does not exist, or comes after itself.
        """
        names: list[str] = []
        name = self.forget_sets[forget_set].after
        while name is not None:
            if name not in self.forget_sets:
                raise unknown("forget set", name, self.forget_sets)
            if name == forget_set or name in names:
                raise UserError(f"the forget set {name!r} comes after itself.")
            names.append(name)
            name = self.forget_sets[name].after
        return names

    @model_validator(mode="after")
    def _original_is_a_path(self) -> Self:
        if self.original is not None:
            rest = self.original.replace("{seed}", "")
            if not rest or "{" in rest or "}" in rest:
                raise UserError(
                    f"original: {self.original!r} must be the path of a model's file; only "
                    "{seed} may stand in braces."
                )
            if "target_scale" not in self.model_fields_set:
                raise UserError(
                    "target_scale: say what the model of `original` puts out: none, where that is "
                    "in the target's unit, or {shift: x, divide: y}, where it learnt (target - x) "
                    "/ y, or standardise."
                )
        return self

    @model_validator(mode="before")
    @classmethod
    def _classes_have_no_scale(cls, values: Any) -> Any:
        if isinstance(values, Mapping) and loss_of(values) == CLASSES:
            return {"target_scale": "none", **values}
        return values

    @model_validator(mode="after")
    def _all_fits_the_loss(self) -> Self:
        goal = self.relearning.goal
        problems = misfits(self.loss, self.quantiles, self.classes, self.target_scale, goal)
        problems += [
            f".methods.{label}: {one.numbers_only}"
            for label, one in self.methods.items()
            if one.numbers_only and self.loss == CLASSES
        ]
        if problems:
            raise Within("\n".join(problems))
        return self
