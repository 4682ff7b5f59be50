"""What every part of the settings is made of: kinds of values, sections, checking."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Annotated, Any, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from regression_unlearning.errors import UserError, unknown
from regression_unlearning.settings.wording import in_quotes, lines, shown

#: The largest whole number of a setting, the most letters of a name and of a title.
MOST, NAME, TITLE = 10**9, 100, 200
#: What no line shows as it is: control characters but the tab, signs that turn the direction of
#: reading, ends of lines and paragraphs, halves of characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def name_of(value: Any) -> str:
    """A name, which may become part of a path."""
    if not isinstance(value, str):
        quoted = in_quotes(value) if isinstance(value, int) else ""
        raise UserError(f"a name must be text{quoted} (given: {shown(value)})")
    if len(value) > NAME:
        raise UserError(f"{shown(value)}: a name has at most {NAME} letters")
    if re.fullmatch("[a-z0-9][a-z0-9_]*", value):
        return value
    parts = re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", value).lower()
    near = re.sub("[^a-z0-9]+", "_", parts).strip("_")
    tried = f"; try {near}" if near else ""
    raise UserError(f"{shown(value)}: names are small letters, digits and _{tried}")


Name = Annotated[
    str, BeforeValidator(name_of), WithJsonSchema({"type": "string", "format": "name"})
]
Title = Annotated[str, Field(max_length=TITLE)]
#: A title that an entry need not have; a field's description stands for its default in the docs.
OwnTitle = Annotated[Title, Field(description="its name")]
Whole = Annotated[int, Field(ge=0, le=MOST)]
Count = Annotated[int, Field(ge=1, le=MOST)]
#: Of a network, counted from the output.
Layers = Annotated[int, Field(ge=1, le=1000)]
Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]
#: What every generator takes.
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]


@cache
def _takes_numbers(section: type[BaseModel], name: str) -> bool:
    """Whether a key takes numbers, and neither truths nor text."""

    def kinds(annotation: Any) -> Iterator[Any]:
        yield annotation
        for part in get_args(annotation):
            yield from kinds(part)

    found = list(kinds(section.model_fields[name].annotation))
    number = int in found or float in found or any(type(one) is int for one in found)
    return number and bool not in found and str not in found


def _wrong(value: Any, number: bool) -> Iterator[str]:
    """What no key may hold: a truth as a number, text that a line does not show as it is."""
    if isinstance(value, list | tuple):
        inside: Iterable[Any] = enumerate(value)
    else:
        inside = value.items() if isinstance(value, Mapping) else ()
    for key, one in inside:
        if isinstance(one, str | bool):  # what lies deeper is another section's
            yield from (f".{key}{line}" for line in _wrong(one, number))
    if number and isinstance(value, bool):  # YAML's yes and no would count as 1 and 0
        yield f": must be a number (given: {shown(value)})"
    if isinstance(value, str) and (unseen := _UNSEEN.search(value)):
        code, letter = f"U+{ord(unseen[0]):04X}", unseen.start() + 1
        yield f": no line shows its letter {letter} ({code}); write it on one line, without it"


def out_of_line(key: Any) -> str | None:
    """What keeps a key from being named in a message."""
    long = isinstance(key, int) and abs(key) > 10**30
    if long or (isinstance(key, str) and (len(key) > TITLE or _UNSEEN.search(key))):
        return f"a key must be short, and one line (given: {shown(key)})"
    return None


class Section(BaseModel):
    """A part of the settings: immutable, without unknown keys, every number finite."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False
    )

    @model_validator(mode="before")
    @classmethod
    def _plain_keys_and_values(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        names = {field.alias or name: name for name, field in cls.model_fields.items()}
        problems = []
        for key, value in values.items():
            if not isinstance(key, str):
                raise UserError(f"a key must be text{in_quotes(key)} (given: {shown(key)})")
            if key not in names and key not in cls.model_fields:
                raise unknown("key", key, names)
            number = _takes_numbers(cls, names.get(key, key))
            problems += [f".{key}{line}" for line in _wrong(value, number)]
        if problems:
            raise Within("\n".join(problems))
        return values

    def plain(self) -> dict[str, Any]:
        """The section as JSON values, keys as in params.yaml."""
        return self.model_dump(mode="json", by_alias=True)


#: Stands for the place of what is being checked.
_HERE = "\0"


class Within(UserError):
    """What is wrong inside a value that is checked by itself.

    Each line begins with the place there, such as ``.epochs: must be ...``, or with a colon.
    """

    within = True


def listed(*kinds: type) -> BeforeValidator:
    """A rule that takes one value of some kinds in place of a list of one."""
    return BeforeValidator(lambda value: [value] if isinstance(value, kinds) else value)


def told_apart(key: str, *sections: type[Section]) -> BeforeValidator:
    """A check that `key` names one of some sections, before any of them is looked into.

    Parameters
    ----------
    key : str
        The key whose one value in each section tells them apart.
    *sections : Section classes
        The sections.
    """
    known = [get_args(section.model_fields[key].annotation)[0] for section in sections]

    def check(values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        if not isinstance(values.get(key), str):
            raise UserError(f"the key {key!r} is required; one of {', '.join(known)}")
        if values[key] not in known:
            raise unknown(key, values[key], known)
        return values

    return BeforeValidator(check)


def validated(model: Any, values: Any, where: str = "", partial: bool = False) -> Any:
    """Check `values` against a settings class, or a union; one `UserError` lists all that is wrong.

    Parameters
    ----------
    model : type
        The settings class.
    values : object
        What was given.
    where : str, optional
        Its place, for messages.
    partial : bool
        Whether more will be added: keys that are missing are then not wrong; None comes back where
        some are.

    Raises
    ------
    UserError
        With a line for each wrong key: its dotted place, what is wrong, and what would be right.
    """
    try:
        return TypeAdapter(model).validate_python(values)
    except ValidationError as error:
        wrong = [one for one in error.errors() if not partial or one["type"] != "missing"]
        if not wrong:
            return None
        raise UserError("\n".join(lines(wrong, values, where))) from None


def validated_within(model: Any, values: Any) -> Any:
    """The same for a part of what is being checked.

    Raises
    ------
    Within
        See `validated`.
    """
    try:
        return validated(model, values, _HERE)
    except UserError as error:
        said = [line.removeprefix(_HERE) for line in str(error).splitlines()]
        raise Within("\n".join(said)) from None
