"""A network that other code builds: a class of the user's own, or torchvision's."""

from typing import Any

from pydantic import Field, field_validator

from regression_unlearning import classes, registry
from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import Section


class Settings(Section):
    """Any network that ends in a linear layer.

    ``torchvision/NAME`` is torchvision's classifier of that name, its last layer giving as many
    numbers as the loss needs. ``MODULE:CLASS`` is a class of an installed module, or of a file in
    the project's folder. Names of submodules are the network's own.
    """

    name: str
    """``torchvision/NAME`` or ``MODULE:CLASS``."""
    arguments: dict[str, Any] = Field(default_factory=dict)
    """Arguments that it is called with."""
    layers: tuple[str, ...] = ()
    """Submodules with weights that methods compare and train, from the input on, without the last
    layer; empty: they are found automatically."""
    output: str | None = None
    """Its last layer, an ``nn.Linear`` that is called once; null: it is found automatically."""

    @field_validator("name")
    @classmethod
    def _is_there(cls, name: str) -> str:
        classes.check(registry.made_by(name) or name)
        return name


def build(settings: Settings, inputs, outputs: int = 1):
    """Build the network, find its layers, and enclose it; see `models.network`.

    Raises
    ------
    UserError
        When it cannot be built, cannot read the inputs, or is no network that methods can work on.
    """
    import torch

    from regression_unlearning.models.modules.enclosed import ROWS, enclosed

    context = f"network {settings.name!r}"
    make, defaults = _maker(settings, inputs, outputs)
    try:
        network = make(**{**defaults, **settings.arguments})
    except Exception as error:
        raise UserError(f"{context}: making it failed: {_one_line(error)}") from error
    if not isinstance(network, torch.nn.Module):
        raise UserError(f"{context}: it is {type(network).__name__}, not a torch.nn.Module")
    rows = torch.arange(ROWS, device=inputs.device)
    network = network.to(inputs.device)
    try:
        return enclosed(
            network, inputs.batch(rows), inputs.batch(rows[:1]), outputs, settings.layers,
            settings.output,
        )  # fmt: skip
    except UserError as error:
        raise UserError(f"{context}: {error}") from None
    except Exception as error:
        raise UserError(f"{context}: it cannot read a batch: {_one_line(error)}") from error


def _maker(settings: Settings, inputs: Any, outputs: int) -> tuple[Any, dict[str, Any]]:
    """What builds the network, and its arguments beside those of the settings."""
    target = registry.made_by(settings.name) or settings.name
    if ":" not in target:
        from torchvision.models import get_model

        from regression_unlearning.models.modules.stack import three

        three(inputs, target)
        defaults = {"name": target.partition("/")[2], "weights": None, "num_classes": outputs}
        return get_model, defaults
    module, _, name = target.partition(":")
    classes.search_folder()
    builder: Any = registry.imported(module, "network", settings.name, "")
    for part in name.split("."):
        builder = getattr(builder, part)
    return builder, {}


def _one_line(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
