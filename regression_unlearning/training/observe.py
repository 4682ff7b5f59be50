"""The observation pass: everything that the measures need of a model, in one pass over its rows."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from regression_unlearning.models.modules.activations import (
    evaluating,
    layer_at,
    penultimate,
    recorded,
    represented,
)
from regression_unlearning.settings.measuring import Observation as ObservationSettings
from regression_unlearning.training import interruption
from regression_unlearning.training.seeds import seed_for
from regression_unlearning.training.task import Task

#: Arrays kept only for rows drawn from each part.
KEPT = ("activation", "earlier")


def pass_over(
    model: nn.Module, task: Task, rows: Tensor, batch_size: int, layer: str | None = None
) -> dict[str, Tensor]:
    """Run a model over some rows in batches, in evaluation mode; the model is left as it was.

    Outputs and losses are in the target's own unit: as if the scale were undone within the last
    layer, which is linear.

    Parameters
    ----------
    model : Module
        Any model of the task's network.
    task : Task
        Data and loss.
    rows : Tensor of int64 (n,)
        Row numbers.
    batch_size : int
        Rows per forward pass.
    layer : str, optional
        A named layer whose activations are kept too.

    Returns
    -------
    dict of Tensor
        ``output`` (n, q), ``loss`` (n,), ``error`` (n,), ``output_gradient`` (n, q), the loss's
        derivative by the output, ``activation`` (n, d), the last layer's input; with `layer` also
        ``earlier`` (n, e), its activations averaged over positions.

    Raises
    ------
    Interrupted
        Between two batches after SIGTERM or SIGINT.
    """
    collected: dict[str, list[Tensor]] = {
        name: [] for name in ("output", "loss", "error", "output_gradient", "activation")
    }
    layers = [layer] if layer else []
    with evaluating(model), penultimate(model) as last_input, recorded(model, layers) as inner:
        for part in rows.split(batch_size):
            if interruption.asked():
                interruption.stop()
            output = task.data.scale.undone(model(task.data.batch(part)))
            with torch.enable_grad():
                free = output.detach().requires_grad_()
                loss = task.per_row(free, task.data.target_in_unit[part])
                (gradient,) = torch.autograd.grad(loss.sum(), free)
            collected["output"].append(output)
            collected["loss"].append(loss.detach())
            collected["error"].append(task.kind.errors(output, task.data.target_in_unit[part]))
            collected["output_gradient"].append(gradient)
            collected["activation"].append(last_input["activation"].flatten(1))
            for name in layers:
                collected.setdefault("earlier", []).append(represented(inner[name]).flatten(1))
    return {name: torch.cat(parts) for name, parts in collected.items()}


def observe(
    model: nn.Module,
    task: Task,
    parts: Mapping[str, Tensor | np.ndarray],
    settings: ObservationSettings,
) -> dict[str, np.ndarray]:
    """Observe a model on every split; the layout is that of `evaluation.observations`.

    Parameters
    ----------
    model : Module
        Any model of the task's network.
    task : Task
        Data and loss.
    parts : mapping of Tensor or array
        Row numbers: see `data.forget_sets.select`.
    settings : Observation
        Rows per forward pass, and rows of each part that keep their activations (drawn by a fixed
        seed, so they are the same rows for every model).

    Returns
    -------
    dict of array
        By name, such as ``forget/prediction`` (n,).

    Raises
    ------
    Interrupted
        Between two batches after SIGTERM or SIGINT.
    """
    device = task.data.target.device
    parts = {name: torch.as_tensor(part, device=device).long() for name, part in parts.items()}
    rows = {"retain": parts["retain"], "forget": parts["forget"]}
    arrays: dict[str, np.ndarray] = {"loss": np.array(task.loss)}
    if task.quantiles:
        arrays["quantiles"] = np.array(task.quantiles)
    unseen = ("unseen_test",) if "unseen_test_retain" in parts else ()
    for split in ("validation", "test", *unseen):
        sides = parts[f"{split}_retain"], parts[f"{split}_forget"]
        rows[split] = torch.cat(sides)
        arrays[f"{split}/like_forget"] = np.repeat([False, True], [len(side) for side in sides])
    layer = None if settings.earlier is None else layer_at(model, settings.earlier)
    for part, numbers in rows.items():
        passed = pass_over(model, task, numbers, settings.batch_size, layer)
        values = {name: value.cpu().float().numpy() for name, value in passed.items()}
        drawn = np.random.default_rng(seed_for("observed", part)).permutation(len(numbers))
        index = np.sort(drawn[: settings.max_rows]).astype(np.int32)
        predictions = task.kind.seen(torch.from_numpy(values["output"]))
        arrays |= {
            f"{part}/row_id": numbers.cpu().numpy().astype(np.int32),
            f"{part}/target": task.data.target_in_unit[numbers].cpu().float().numpy(),
            **{f"{part}/{name}": value.numpy() for name, value in predictions.items()},
            f"{part}/loss": values["loss"],
            f"{part}/output_gradient": values["output_gradient"],
            f"{part}/activation_index": index,
            **{f"{part}/{name}": values[name][index] for name in KEPT if name in values},
        }
    last, scale = model.output, task.data.scale
    weight = replace(scale, shift=0.0).undone(last.weight.detach())
    arrays["last_layer/weight"] = weight.cpu().float().numpy()
    arrays["last_layer/bias"] = scale.undone(last.bias.detach()).cpu().float().numpy()
    return arrays
