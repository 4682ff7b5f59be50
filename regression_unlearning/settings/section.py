"""What every part of the settings is made of: kinds of values, sections, checking."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from regression_unlearning.errors import UserError, unknown
from regression_unlearning.settings.wording import lines, shown


def name_of(value: Any) -> str:
    """A name, which may become part of a path."""
    if not isinstance(value, str):
        quoted = f'; write it in quotes: "{value}"' if isinstance(value, int) else ""
        raise UserError(f"a name must be text{quoted} (given: {shown(value)})")
    if re.fullmatch("[a-z0-9][a-z0-9_]*", value):
        return value
    parts = re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", value).lower()
    near = re.sub("[^a-z0-9]+", "_", parts).strip("_")
    tried = f"; try {near}" if near else ""
    raise UserError(f"{value!r}: names are small letters, digits and _{tried}")


def _number(value: Any) -> Any:
    """A value that is no truth: YAML's yes and no would count as 1 and 0."""
    if isinstance(value, bool):
        raise UserError(f"must be a number (given: {shown(value)})")
    return value


Name = Annotated[str, BeforeValidator(name_of)]
Count = Annotated[int, Field(ge=1), BeforeValidator(_number)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False), BeforeValidator(_number)]
Share = Annotated[float, Field(ge=0, le=1), BeforeValidator(_number)]
Seed = Annotated[int, Field(ge=0), BeforeValidator(_number)]


class Section(BaseModel):
    """A part of the settings: immutable, and without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, values: Any) -> Any:
        if isinstance(values, Mapping):
            keys = {field.alias or name for name, field in cls.model_fields.items()}
            for key in values:
                if not isinstance(key, str):
                    raise UserError(f'a key must be text; write it in quotes: "{key}"')
                if key not in keys and key not in cls.model_fields:
                    raise unknown("key", str(key), keys)
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
