"""The whole state of a training run in one file, from which it resumes as if never interrupted.

The file is in safetensors: tensors as they are, everything else as JSON in its header. Nothing is
pickled.
"""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from regression_unlearning import seals
from regression_unlearning.errors import UserError
from regression_unlearning.files import SEAL, whole

log = logging.getLogger(__name__)


def tensors_of(model: nn.Module) -> dict[str, Tensor]:
    """Copies of the tensors of a model's state, by name (of shared weights one copy per name).

    Parameters
    ----------
    model : Module
        The model.
    """
    return {name: value.detach().clone().contiguous() for name, value in model.state_dict().items()}


def _random_states() -> dict[str, Tensor]:
    states = {"random/cpu": torch.get_rng_state()}
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        states["random/cuda"] = torch.cuda.get_rng_state()
    return states


def save(
    path: Path,
    fingerprint: str,
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    schedule: Any,
    position: dict[str, Any],
    kept: Mapping[str, Tensor],
) -> None:
    """Write model, optimiser, schedule, random generators and position, whole or not at all.

    Parameters
    ----------
    path : Path
        The state file.
    fingerprint : str
        Hash of settings, data and code: a run of another one does not resume from the file.
    model, optimiser, schedule : Module, Optimizer, learning-rate schedule or None
        What is saved.
    position : dict
        JSON values: epoch, step, history, seconds.
    kept : mapping of str to Tensor
        Weights of an earlier epoch that the run may return to; empty where there are none.

    Raises
    ------
    UserError
        When the file cannot be written.
    """
    packed = optimiser.state_dict()
    tensors = {f"model/{name}": value for name, value in tensors_of(model).items()}
    tensors |= {f"kept/{name}": value for name, value in kept.items()}
    for number, values in packed["state"].items():
        for name, value in values.items():
            tensors[f"optimiser/{number}/{name}"] = torch.as_tensor(value).contiguous()
    header = {
        "fingerprint": fingerprint,
        "groups": packed["param_groups"],
        "schedule": schedule.state_dict() if schedule is not None else None,
        "position": position,
    }
    with whole(path) as part:
        metadata = {"state": json.dumps(header), SEAL: seals.OPEN}
        save_file({**tensors, **_random_states()}, part, metadata=metadata)
        seals.seal(part)


def load(
    path: Path,
    fingerprint: str,
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    schedule: Any,
) -> tuple[dict[str, Any], dict[str, Tensor]] | None:
    """Restore a saved state.

    A state of other settings, data or code is not used, nor a damaged one, and the log says so.

    Parameters
    ----------
    path, fingerprint : Path, str
        The state file, and the run's own fingerprint; see `save`.
    model, optimiser, schedule : Module, Optimizer, learning-rate schedule or None
        Changed in place, as are torch's random generators.

    Returns
    -------
    tuple of dict, or None
        The position, and the weights kept beside the model's; None where there is no state to
        resume from.
    """
    if not path.is_file():
        return None
    try:
        seals.check(path, header=True)
        with safe_open(path, "pt") as file:
            header = json.loads(file.metadata()["state"])
            if header["fingerprint"] != fingerprint:
                log.info("%s is of other settings, data or code: starting anew.", path)
                return None
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except UserError as error:
        log.warning("%s Starting anew.", error)
        return None
    model.load_state_dict(_under("model/", tensors))
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith("optimiser/"):
            _, number, key = name.split("/")
            state.setdefault(int(number), {})[key] = value
    optimiser.load_state_dict({"state": state, "param_groups": header["groups"]})
    if schedule is not None:
        schedule.load_state_dict(header["schedule"])
    torch.set_rng_state(tensors["random/cpu"])
    if "random/cuda" in tensors:
        torch.cuda.set_rng_state(tensors["random/cuda"])
    return header["position"], _under("kept/", tensors)


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors whose names begin with a prefix, without it."""
    return {
        name.removeprefix(prefix): value
        for name, value in tensors.items()
        if name.startswith(prefix)
    }
