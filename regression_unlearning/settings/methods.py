"""Methods: what is said of each once, what a dataset says of all of its own, and of one of them.

The options of a dataset's entry come, the nearer before the farther, from the entry, from the
record that its ``tuned`` names, from the dataset's ``unlearning``, from the entry of that name
under the top key ``methods``, and from the method's own defaults.
"""

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ConfigDict, model_serializer

from regression_unlearning import registry
from regression_unlearning.errors import UserError
from regression_unlearning.settings.like import Key, expanded, merged
from regression_unlearning.settings.records import Record, check_chosen, read_record
from regression_unlearning.settings.section import Section, validated
from regression_unlearning.settings.tuning import options_hash, record_path
from regression_unlearning.settings.wording import shown

#: Keys of a method's entry that are no options of the method.
NO_OPTIONS = ("title", "method", "tuned")


class Named(Section):
    """What every entry of a method says of itself."""

    title: str
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
    return Method(
        label=label,
        method=named.method,
        title=named.title,
        options=options.plain(),
        said=said_of(options),
        helpers=tuple(getattr(module, "HELPERS", ())),
        record=entry.get("tuned"),
    )


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
    if module is None:
        return frozenset()
    fields = module.Settings.model_fields
    return frozenset(field.alias or name for name, field in fields.items())


def filled(
    methods: Mapping[str, Any], datasets: Mapping[str, Any], folder: Path
) -> dict[str, dict[str, Any]]:
    """The complete entries of every dataset's methods; `tuned` is the record that it names.

    Parameters
    ----------
    methods : mapping
        What is said of each method once, without ``like``.
    datasets : mapping
        All datasets, without ``like`` but in their methods.
    folder : Path
        The project's folder, in which tuning/ lies.

    Raises
    ------
    UserError
        For a wrong `like`, and for a record that is missing, wrong, or not of these options.
    """
    owners = {
        owner: values
        for owner, values in datasets.items()
        if isinstance(values, Mapping) and isinstance(values.get("methods"), Mapping)
    }
    shared = {
        owner: values["unlearning"]
        for owner, values in owners.items()
        if isinstance(values.get("unlearning"), Mapping)
    }
    said = {
        (owner, "methods", label): entry
        for owner, values in owners.items()
        for label, entry in values["methods"].items()
    }
    # A dataset's method may be like one that is said once, also where the dataset does not have it.
    once: dict[Key, dict[str, Any]] = {
        (owner, "methods", label): {} for owner in owners for label in methods
    }

    def join(key: Key, base: Mapping[str, Any] | None, own: Any) -> Any:
        owner, _, label = key
        if not isinstance(own, Mapping):
            return own
        if base is None:
            top = methods.get(label, {})
            named = {"method": label, **(top if isinstance(top, Mapping) else {}), **own}
            known = knows(named["method"])
            general = {k: v for k, v in shared.get(owner, {}).items() if k in known}
            found = {**named, **general, **own}
        else:
            found = merged({k: v for k, v in base.items() if k != "tuned"}, own)
        if own.get("tuned") is None:
            return {k: v for k, v in found.items() if k != "tuned"}
        return _with_record(found, own, label, place(key), folder)

    complete = expanded({**once, **said}, place, join)
    found: dict[str, dict[str, Any]] = {owner: {} for owner in owners}
    for key in said:
        found[key[0]][key[2]] = complete[key]
    return found


def place(key: Key) -> str:
    """Place of a method's entry."""
    owner, part, label = key
    return f"datasets.{owner}.{part}.{label}"


def _with_record(
    found: dict[str, Any], own: Mapping[str, Any], label: str, where: str, folder: Path
) -> dict[str, Any]:
    """An entry with what the search chose that its `tuned` names."""
    record = own["tuned"]
    if not isinstance(record, Record):
        if not isinstance(record, str):
            raise UserError(
                f"{where}.tuned: must be the name of a dataset: {{tuned: stsb}} takes what "
                f"tuning/stsb/{label}.json has chosen (given: {shown(record)})"
            )
        try:
            record = read_record(folder, record, label)
        except UserError as error:
            raise UserError(f"{where}.tuned: {error}") from None
    file = record_path(record.dataset, label)
    if (module := loaded(found["method"])) is not None:  # else it is said elsewhere
        space = getattr(module, "SEARCH", {})
        check_chosen(record, space, found["method"], f"{where}.tuned: {file}")
    for key, value in record.chosen.items():
        if own.get(key) not in (None, value):
            raise UserError(
                f"{where}.{key}: {own[key]} stands here, {value} was chosen in {file}: take out "
                f"{key}, or tuned."
            )
    return {**found, **record.chosen, "tuned": record}
