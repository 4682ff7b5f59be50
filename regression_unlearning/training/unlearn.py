"""Run one unlearning method on a trained model."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from regression_unlearning import registry
from regression_unlearning.errors import UserError
from regression_unlearning.files import sha256
from regression_unlearning.models.modules.copying import copied
from regression_unlearning.settings.methods import numbers_only
from regression_unlearning.settings.section import validated
from regression_unlearning.settings.target_scale import CLASSES
from regression_unlearning.training import handed_back
from regression_unlearning.training.checkpoints import seconds_of
from regression_unlearning.training.parts import like_them_now
from regression_unlearning.training.runs import Run
from regression_unlearning.training.session import Session
from regression_unlearning.training.task import Task


def unlearn(original: nn.Module, task: Task, method: str, **options: Any) -> nn.Module:
    """Make a model that should behave as if the forget set had never been seen.

    Parameters
    ----------
    original : Module
        The trained model; it is copied, never changed.
    task : Task
        Retain and forget set, loss, seed, helpers.
    method : str
        Name of a method: a file of ``regression_unlearning/methods`` or a plug-in.
    **options
        The method's settings, checked by the method.

    Returns
    -------
    Module
        In evaluation mode.

    Raises
    ------
    UserError
        For an unknown method, a wrong option, a helper that the task does not hold, or targets that
        the method makes no sense of; and where it breaks its protocol: see `handed_back.check`.
    """
    module = registry.load("method", method)
    settings = validated(module.Settings, options, method)
    for name in getattr(module, "HELPERS", ()):
        if name not in task.helpers:
            raise UserError(
                f"{method} needs the helper {name!r}, which the task does not hold. Train it, with "
                "a seed that no other model has: `helper = train(task.having(seed=1), "
                f"chosen.{name})`, `chosen` being the dataset's settings; then give "
                f'`task.having(helpers={{"{name}": helper}})`.'
            )
    if task.loss == CLASSES and (why := numbers_only(module, settings)):
        raise UserError(f"{method}: {why}")
    before = handed_back.checksums(task)
    with registry.called("method", method):
        made = module.unlearn(copied(original), task, settings)
    return handed_back.check(method, made, original, task, before).eval()


def largest_change(before: nn.Module, after: nn.Module) -> float:
    """Largest relative change of a network's weights; 0 if none changed.

    Parameters
    ----------
    before, after : Module
        The same network.

    Returns
    -------
    float
        The largest change of a number (weights, and what is kept beside them, such as running
        means), over the largest number of its tensor before or after; the largest of all tensors.
    """
    found = [0.0]
    now = after.state_dict()
    for name, old in before.state_dict().items():
        if old.is_floating_point() and old.numel():
            new = now[name]
            size = torch.maximum(old.abs().max(), new.abs().max()).item()
            found.append((new - old).abs().max().item() / size if size else 0.0)
    return max(found)


def of_request(task: Task, parts: Mapping[str, Any]) -> Task:
    """Return the task of a method, whose forget set is only what the model still knows.

    Parameters
    ----------
    task : Task
        Of all that is forgotten.
    parts : mapping
        See `data.forget_sets.select`. Where the forget set comes after another, the rows of the
        earlier ones are in no part of the task.
    """
    if "forget_now" not in parts:
        return task
    forget, held_out = (
        torch.as_tensor(rows, device=task.retain.device).long()
        for rows in (parts["forget_now"], like_them_now(parts, task.validation))
    )
    return task.having(forget=forget, held_out=held_out)


def forget(
    session: Session,
    output: Path,
    names: Sequence[str],
    seed: int,
    method: str,
    options: Mapping[str, Any],
    original: Path,
    helpers: Mapping[str, Path],
) -> Run:
    """Unlearn from a checkpoint into a checkpoint, unless that is made already.

    Parameters
    ----------
    session : Session
        Data, parts and device.
    output : Path
        The checkpoint to write.
    names : sequence of str
        Dataset, forget set, label.
    seed : int
        Training seed.
    method, options
        See `unlearn`.
    original : Path
        The checkpoint to start from.
    helpers : mapping of str to Path
        Checkpoints of helper models by name; their seconds count among the method's.
    """
    files = {"original": original, **helpers}
    if "unlearn" not in session.code:  # it may be a plug-in's
        files["method"] = Path(str(registry.load("method", method).__file__))
    inputs = {role: sha256(path) for role, path in files.items()}
    chosen = {"method": method, "options": dict(options)}
    run = session.run("unlearn", output, names, seed, chosen, inputs)
    if run.finished:
        return run
    loaded = {name: session.load(path) for name, path in helpers.items()}
    task = of_request(session.task(run).having(helpers=loaded), session.parts)
    start = session.load(original)
    model = unlearn(start, task, method, **options)
    session.save(
        run,
        model,
        task,
        method=method,
        helper_seconds={name: seconds_of(path) for name, path in helpers.items()},
        facts=task.facts,
        largest_change=largest_change(start, model),
    )
    return run
