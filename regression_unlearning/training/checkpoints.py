"""Checkpoints: weights in safetensors, and beside them a JSON record of where they come from."""

from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from regression_unlearning import provenance, seals
from regression_unlearning.errors import UserError
from regression_unlearning.files import read_record, sha256, whole, write_record
from regression_unlearning.models.modules.copying import flattened
from regression_unlearning.models.weights import (
    as_safetensors,
    misfit,
    unwrapped,
    weights_in,
    weights_of,
)
from regression_unlearning.training.state import tensors_of
from regression_unlearning.training.task import Task


def save(model: nn.Module, path: Path, record: dict[str, Any]) -> None:
    """Write a model's weights to `path` and `record` to the same name with ``.json``.

    Parameters
    ----------
    model : Module
        The model; of an enclosed network the names of its weights are those of the network itself.
    path : Path
        A ``.safetensors`` file.
    record : dict
        JSON values; ``sha256``, that of the weights' file, is added.

    Raises
    ------
    UserError
        When a file cannot be written.
    """
    with whole(path) as part:
        inside = _inside(model)
        weights = {name.removeprefix(inside): value for name, value in tensors_of(model).items()}
        save_file(weights, part)
        digest = sha256(part)
    write_record(path.with_suffix(".json"), {**record, "sha256": digest})


def load(model: nn.Module, path: Path, device: str = "cpu") -> nn.Module:
    """Put weights into a model of the same shape; return it in evaluation mode.

    Parameters
    ----------
    model : Module
        A network of the file's settings; its weights are replaced.
    path : Path
        See `load_model`.
    device : str
        Where the weights are read to, such as ``cuda``.

    Returns
    -------
    Module
        `model` itself.

    Raises
    ------
    UserError
        When the file is missing or damaged, belongs to another network, or differs from the SHA-256
        in the record beside it.
    """
    _check_recorded(path)
    inside = _inside(model)
    context = f"cannot load {path} into {type(getattr(model, 'network', model)).__name__}"
    expected = {name.removeprefix(inside): weight for name, weight in weights_of(model).items()}
    with as_safetensors(path, context) as file:
        if problem := misfit(unwrapped(weights_in(file, context), expected), expected):
            raise UserError(f"{context}: {problem}. See docs/your-own-model.md.")
        try:
            weights = unwrapped(load_file(file, device=device), expected)
            model.load_state_dict({inside + name: value for name, value in weights.items()})
        except (OSError, SafetensorError, RuntimeError) as error:
            raise UserError(f"{context}: {error}") from error
    return flattened(model).eval()


def _inside(model: nn.Module) -> str:
    """What files leave out of an enclosed network's weight names; empty for other networks."""
    return getattr(model, "inside", "")


def _check_recorded(path: Path) -> None:
    """Check a file against the SHA-256 in the record beside it, where that is a sealed record."""
    record = path.with_suffix(".json")
    if path.suffix == ".safetensors" and path.is_file() and seals.sealed(record):
        seals.check_recorded(path, read_record(record).get("sha256"), record)


def record_of(path: Path) -> dict[str, Any]:
    """Read the JSON record beside a checkpoint.

    Parameters
    ----------
    path : Path
        The checkpoint.

    Returns
    -------
    dict
        JSON values.

    Raises
    ------
    UserError
        When there is no record, or it is damaged.
    """
    return read_record(path.with_suffix(".json"))


def seconds_of(path: Path) -> float:
    """The seconds that a checkpoint's training took, from its record.

    Parameters
    ----------
    path : Path
        The checkpoint.

    Raises
    ------
    UserError
        When the record has no ``seconds``: the model was not trained by this project's programs.
    """
    try:
        return record_of(path)["seconds"]
    except KeyError:
        raise UserError(
            f"{path.with_suffix('.json')} has no `seconds`, which the costs count: train this "
            "model with workflow_scripts/train.py."
        ) from None


def load_model(task: Task, path: str | Path) -> nn.Module:
    """Load a trained model of a task's network, on the device of the task's data.

    Parameters
    ----------
    task : Task
        Gives the network; ``task.new_model().state_dict()`` lists the names and shapes of the
        weights that the file must hold, no more and no fewer.
    path : path
        A safetensors file, or what ``torch.save(model.state_dict(), path)`` wrote. Weights of
        another precision are converted to float32.

    Returns
    -------
    Module
        In evaluation mode.

    Raises
    ------
    UserError
        When the file is missing, holds no state, or one of another network.
    """
    return load(task.new_model(), Path(path), str(task.data.target.device))


def save_model(model: nn.Module, path: str | Path, **record: Any) -> None:
    """Write a model's weights, and beside them a ``.json`` record of where they come from.

    Parameters
    ----------
    model : Module
        The model.
    path : path
        Ends with ``.safetensors``.
    **record
        JSON values for the record, such as ``method="finetune"``; hashes of the code, versions and
        the machine are added.

    Raises
    ------
    UserError
        When the path ends otherwise, or cannot be written.
    """
    path = Path(path)
    if path.suffix != ".safetensors":
        raise UserError(f"cannot write {path}: a model's file must end with .safetensors.")
    about = {"code": provenance.loaded_code(), "machine": provenance.machine()}
    save(model, path, {**record, **about})
