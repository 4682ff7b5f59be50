"""A dataset's network: which one, and its settings, which its own module checks."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, SerializeAsAny

from regression_unlearning import registry
from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import Section, validated_within


def _network(values: Any) -> Any:
    """Settings of the network that ``name`` names, checked by its module."""
    if not isinstance(values, Mapping):
        return values
    name = values.get("name")
    if not isinstance(name, str):
        known = ", ".join(registry.known("network"))
        raise UserError(f"the key 'name' is required; one of {known}")
    return validated_within(registry.load("network", name).Settings, values)


Network = Annotated[SerializeAsAny[Section], BeforeValidator(_network)]
