"""Checkpoints: weights in safetensors, and beside them a JSON that says where they come from."""

import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from regression_unlearning.errors import UserError
from regression_unlearning.files import whole, write_json
from regression_unlearning.training.state import tensors_of


def save(model: nn.Module, path: Path, record: dict[str, Any]) -> None:
    """Write a model's weights to `path` and `record` to the same name with ``.json``."""
    write_json(path.with_suffix(".json"), record)
    with whole(path) as part:
        save_file(tensors_of(model), part)


def load(model: nn.Module, path: Path, device: str = "cpu") -> nn.Module:
    """Put weights into a model of the same shape; return it in evaluation mode.

    Raises
    ------
    UserError
        When the file is missing, broken, or of another network.
    """
    try:
        model.load_state_dict(load_file(path, device=device))
    except (OSError, SafetensorError, RuntimeError) as error:
        raise UserError(f"cannot load {path} into {type(model).__name__}: {error}") from error
    return model.eval()


def record_of(path: Path) -> dict[str, Any]:
    """Read the JSON beside a checkpoint."""
    return json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
