"""Methods: a complete entry of a dataset's, read and checked by its method's own settings."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ConfigDict, model_serializer

from regression_unlearning import registry
from regression_unlearning.errors import UserError
from regression_unlearning.settings.records import Record
from regression_unlearning.settings.section import Section, Title, validated
from regression_unlearning.settings.target_scale import CLASSES
from regression_unlearning.settings.tuning import options_hash
from regression_unlearning.settings.wording import shown

#: Keys of a method's entry that are no options of the method.
NO_OPTIONS = ("title", "method", "tuned")


class Named(Section):
    """What every entry of a method says of itself."""

    title: Title
    method: str


class Method(BaseModel):
    """One column of a table: an unlearning method with its options.

    Attributes
    ----------
    label : str
        The entry's name.
    method, title : str
        The method's name, and what tables call it.
    options : dict
        Every option, as JSON values.
    said : dict
        Of these, those that are not the method's defaults.
    helpers : tuple of str
        Helper models that it asks for.
    reference : bool
        Whether it is no unlearning, but what unlearning is held against.
    numbers_only : str
        Why it makes no sense where targets are classes; empty where it does.
    remark : str
        What a table of methods says of it with these options; may be empty.
    record : Record or None
        The record of a search that the entry names.
    """

    model_config = ConfigDict(frozen=True)
    label: str
    method: str
    title: str
    options: dict[str, Any]
    said: dict[str, Any]
    helpers: tuple[str, ...]
    reference: bool = False
    numbers_only: str = ""
    remark: str = ""
    record: Record | None = None

    @property
    def tuned(self) -> Record | None:
        """The record of the search that left these very options, None where there was none."""
        fits = self.record and self.record.options == options_hash(self.said)
        return self.record if fits else None

    @model_serializer
    def _as_entry(self) -> dict[str, Any]:
        record = {"tuned": self.record.dataset} if self.record else {}
        return {"title": self.title, "method": self.method, **record, **self.said}


def read_method(label: str, entry: Any, where: str = "") -> Method:
    """One entry of a dataset's methods, complete (see `filled`), its options checked.

    Raises
    ------
    UserError
        When no method bears the name, or an option is wrong.
    """
    named, module, chosen = opened(label, entry, where)
    options = validated(module.Settings, chosen, where)
    with registry.called("method", named.method):
        remark = module.remark(options) if hasattr(module, "remark") else ""
        no_classes = numbers_only(module, options)
    return Method(
        label=label,
        method=named.method,
        title=named.title,
        options=options.plain(),
        said=said_of(options),
        helpers=tuple(getattr(module, "HELPERS", ())),
        reference=getattr(module, "REFERENCE", False),
        numbers_only=no_classes,
        remark=remark,
        record=entry.get("tuned"),
    )


def numbers_only(module: ModuleType, options: Section) -> str:
    """Why a method with these options makes no sense of classes; empty where it does."""
    why = module.numbers_only(options) if hasattr(module, "numbers_only") else ""
    return why and f"loss: {CLASSES} makes the targets classes: {why}."


def of_classes(entries: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a dataset's complete entries that make sense of classes; also what is wrong."""

    def kept(label: str) -> bool:
        try:
            return not read_method(label, entries[label]).numbers_only
        except UserError:
            return True

    return {label: entries[label] for label in filter(kept, entries)}


def opened(label: str, entry: Any, where: str) -> tuple[Named, ModuleType, dict[str, Any]]:
    """What an entry says: its title and method, the method's module, the options not yet checked.

    Raises
    ------
    UserError
        When it holds no keys and values, or no method bears the name.
    """
    if not isinstance(entry, Mapping):
        raise UserError(f"{where}: must hold keys and values (given: {shown(entry)})")
    names = {key: entry[key] for key in ("title", "method") if key in entry}
    named = validated(Named, {"title": label, "method": label, **names}, where)
    module = registry.load("method", named.method, where)
    return named, module, {key: entry[key] for key in entry if key not in NO_OPTIONS}


def said_of(options: Section) -> dict[str, Any]:
    """Those of a method's options that are not its defaults, as JSON values."""
    return options.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def with_changes(method: Method, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What a record says of the settings that a search chose: ``chosen`` and ``options``.

    Parameters
    ----------
    method : Method
        As it stood: what an earlier search chose stays chosen.
    changes : mapping
        The options that the search changed; none where the start was kept.
    """
    settings = registry.load("method", method.method).Settings
    options = said_of(settings.model_validate({**method.options, **changes}))
    before = method.record.chosen if method.record else {}
    return {"chosen": {**before, **changes}, "options": options_hash(options)}


def loaded(method: Any) -> ModuleType | None:
    """A method's module; None where none can be loaded by the name, which is said elsewhere."""
    try:
        return registry.load("method", method) if isinstance(method, str) else None
    except UserError:
        return None


def knows(method: Any) -> frozenset[str]:
    """Options of a method; none where none can be loaded by the name."""
    module = loaded(method)
    fields = module.Settings.model_fields if module else {}
    return frozenset(field.alias or name for name, field in fields.items())


def requires(method: Any) -> frozenset[str]:
    """Of these, those without a default."""
    module = loaded(method)
    fields = module.Settings.model_fields if module else {}
    return frozenset(field.alias or name for name, field in fields.items() if field.is_required())
