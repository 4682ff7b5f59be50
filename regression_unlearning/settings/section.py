"""What every part of the settings is made of: kinds of values, sections, checking."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from regression_unlearning.errors import UserError, unknown

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_]*$")]
Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Seed = Annotated[int, Field(ge=0)]


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


def validated(model: Any, values: Any, where: str = "") -> Any:
    """Check `values` against a settings class, or a union; one `UserError` lists all that is wrong.

    Raises
    ------
    UserError
        With a line for each wrong key: its dotted place, what is wrong, and what would be right.
    """
    try:
        return TypeAdapter(model).validate_python(values)
    except ValidationError as error:
        lines = []
        for found in error.errors():
            parts = _place(values, found["loc"])
            place = ".".join([where, *parts] if where else parts)
            message = found["msg"].removeprefix("Value error, ")
            given = found.get("input")
            shown = f" (given: {given!r})" if isinstance(given, str | int | float) else ""
            lines.append(f"{place}: {message}{shown}" if place else f"{message}{shown}")
        raise UserError("\n".join(lines)) from None


def _place(values: Any, location: tuple[str | int, ...]) -> list[str]:
    """An error's place as keys of params.yaml: without the names of the unions' members."""
    place, inside = [], values
    for number, part in enumerate(location):
        if str(part).startswith("function-"):
            continue
        if isinstance(inside, Mapping) and part not in inside and number < len(location) - 1:
            continue
        place.append(str(part))
        try:
            inside = inside[part]
        except (KeyError, IndexError, TypeError):
            inside = None
    return place
