"""The one training loop: every model of the project comes out of it."""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from regression_unlearning.errors import UserError
from regression_unlearning.program.progress import Progress
from regression_unlearning.settings.training import Fit, Plateau, Step
from regression_unlearning.training import interruption, state
from regression_unlearning.training.batches import Batches, shuffled
from regression_unlearning.training.captured import captured_where_possible
from regression_unlearning.training.optimiser import optimiser as optimiser_of
from regression_unlearning.training.seeds import seed_for
from regression_unlearning.training.step import Objective, TrainingStep

log = logging.getLogger(__name__)


@dataclass
class Fitted:
    """Cost and course of a run of the training loop.

    Attributes
    ----------
    epochs, steps : int
        Epochs finished, mini-batches done.
    kept : int
        Number of the epoch, from 1, whose weights the model has at the end; 0 before the first.
    seconds : float
        Time in the loop, over all of its interruptions.
    history : list of dict
        For each epoch: mean loss, the monitored number, learning rate.
    """

    epochs: int = 0
    steps: int = 0
    kept: int = 0
    seconds: float = 0.0
    history: list[dict[str, Any]] = field(default_factory=list)

    @property
    def improved(self) -> bool:
        """Whether the latest epoch's monitored loss is below that of every epoch before it."""
        *before, latest = (epoch["monitored"] for epoch in self.history)
        return latest < min(before, default=math.inf)


def _schedule(optimiser: torch.optim.Optimizer, settings: Fit) -> Any:
    chosen = settings.schedule
    if isinstance(chosen, Plateau):
        return torch.optim.lr_scheduler.ReduceLROnPlateau(
            optimiser, factor=chosen.factor, patience=chosen.patience
        )
    if isinstance(chosen, Step):
        return torch.optim.lr_scheduler.StepLR(optimiser, chosen.epochs, chosen.factor)
    return None


def _optimiser(model: nn.Module, settings: Fit) -> torch.optim.Optimizer:
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return optimiser_of(parameters, settings)


def _train_mode(model: nn.Module) -> None:
    """Training mode, save for layers whose weights are all frozen: their running means stay too."""
    model.train()
    for module in model.modules():
        own = list(module.parameters(recurse=False))
        if own and not any(parameter.requires_grad for parameter in own):
            module.eval()


def _insist_on_number(loss: float, what: str) -> None:
    if not math.isfinite(loss):
        raise UserError(f"{what} is {loss}; lower the learning rate or set clip.")


def fit(
    model: nn.Module,
    objective: Objective,
    rows: Tensor,
    settings: Fit,
    *,
    seed: int,
    what: str = "training",
    compiled: bool = False,
    replayable: bool = False,
    batches: Batches | None = None,
    make_optimiser: Callable[[nn.Module, Fit], torch.optim.Optimizer] = _optimiser,
    before_step: Callable[[float], None] | None = None,
    monitor: Callable[[nn.Module], float] | None = None,
    after_step: Callable[[nn.Module, int], bool] | None = None,
    after_epoch: Callable[[nn.Module, int], None] | None = None,
    state_file: Path | None = None,
    fingerprint: str = "",
) -> Fitted:
    """Train a model in place, by default over shuffled mini-batches.

    The order of the batches of an epoch depends on `seed` and the epoch alone; dropout and the like
    draw from torch's global generator, seeded at the start. So a run that resumes from a state file
    ends in the same bits as one that was never interrupted.

    A batch of a single row (all of its set, or with a batch size of 1) is normalised by the running
    means and variances, which it does not update. Its own statistics would turn a feature map of
    one pixel into a constant (torch refuses), and larger maps into functions of that row alone,
    unlike those of the final network; updating would move every row's prediction towards it.

    Parameters
    ----------
    model : Module
        Trained in place; parameters that need no gradient stay as they are, and a layer all of
        whose own parameters are such stays in evaluation mode.
    objective : callable
        ``objective(model, rows)`` gives the mean loss of a mini-batch.
    rows : Tensor of int64 (n,)
        Numbers of the rows to train on.
    settings : Fit
        Epochs, optimiser, batch size, schedule, clipping, which epoch's weights are kept.
    seed : int
        Seed of order and dropout.
    what : str
        Name of the work in the log.
    compiled : bool
        Whether `objective` gets the network compiled by torch. Not for an objective that reads the
        network's activations: the compiler leaves out hooks.
    replayable : bool
        Whether a GPU may record a step once and launch it again for other rows, many times as fast
        for a small network. Then the objective and ``step`` of `make_optimiser` must do the same
        work for any rows: no branch and no shape may depend on values, no number may come to the
        host (``.item()``), and what changes from step to step must be the content of tensors on
        the device (which `before_step` may fill): a Python number stays what it was when the step
        was recorded. What cannot be recorded is done step by step, and the log says why.
    batches : callable, optional
        ``batches(epoch, generator)`` gives the epoch's batches in place of the shuffled `rows`; see
        `training.batches`. They must depend on these two arguments alone.
    make_optimiser : callable, optional
        ``make_optimiser(model, settings)`` in place of the settings' own. What it remembers must be
        tensors in its ``state_dict``; what it draws must come from torch's global generator.
    before_step : callable, optional
        ``before_step(share)`` before each mini-batch: the share of the run that is done, in [0, 1).
        For weights that follow a schedule.
    monitor : callable, optional
        ``monitor(model)`` after each epoch: the number that a plateau schedule watches (without it,
        the epoch's own mean loss), and that decides which epoch is best. It must draw no random
        numbers.
    after_step : callable, optional
        ``after_step(model, steps)`` after each mini-batch; True ends the run.
    after_epoch : callable, optional
        ``after_epoch(model, epochs)`` after each epoch, before `monitor`.
    state_file : Path, optional
        Where the whole state is kept; removed by the caller once the result is safe.
    fingerprint : str
        Identity of the run; a state of another identity is not used.

    Returns
    -------
    Fitted

    Raises
    ------
    Interrupted
        After SIGTERM or SIGINT, once the state is saved.
    UserError
        When the loss, or the monitored one, is no longer a number; when the best epoch is asked for
        and nothing is monitored.
    """
    best = settings.keep == "best"
    if best and monitor is None:
        raise UserError(f"{what}: keep: best needs a validation loss; take keep: last.")
    torch.manual_seed(seed)
    optimiser = make_optimiser(model, settings)
    schedule = _schedule(optimiser, settings)
    done, kept, first, total = Fitted(), {}, 0, 0.0
    restored = state_file and state.load(state_file, fingerprint, model, optimiser, schedule)
    if restored:
        position, kept = restored
        done = Fitted(**position["done"])
        first, total = position["step"], position["total"]
        log.info("%s: going on after epoch %d, mini-batch %d", what, done.epochs, first)
    batches = batches or shuffled(rows, settings.batch_size)
    plain = TrainingStep(model, objective, optimiser, settings, rows.device, compiled=compiled)
    take = captured_where_possible(plain, replayable=replayable, what=what)
    progress: Progress | None = None
    begun, spent = time.perf_counter(), done.seconds
    saved = time.monotonic()

    def save(step: int, total: float) -> None:
        done.seconds = spent + time.perf_counter() - begun
        where = {"done": vars(done), "step": step, "total": total}
        state.save(state_file, fingerprint, model, optimiser, schedule, where, kept)

    for epoch in range(done.epochs, settings.epochs):
        _train_mode(model)
        generator = torch.Generator().manual_seed(seed_for(seed, "order", epoch))
        plan = batches(epoch, generator)
        progress = progress or Progress(what, settings.epochs * len(plan), done=done.steps)
        take.begin(total)
        for step, batch in enumerate(plan[first:], first):
            if before_step is not None:
                before_step((epoch + step / len(plan)) / settings.epochs)
            take(batch)
            done.steps += 1
            progress.at(done.steps, f"epoch {epoch + 1}")
            if after_step is not None and after_step(model, done.steps):
                take.end()
                done.kept, done.seconds = epoch + 1, spent + time.perf_counter() - begun
                return done
            if state_file is not None and (
                interruption.asked() or time.monotonic() - saved > settings.save_every
            ):
                save(step + 1, take.losses.item())
                saved = time.monotonic()
            if interruption.asked():
                interruption.stop()
        mean = take.losses.item() / sum(map(len, plan))
        _insist_on_number(mean, f"{what}: the loss of epoch {epoch + 1}")
        if after_epoch is not None:
            after_epoch(model, epoch + 1)
        watched = monitor(model) if monitor is not None else mean
        _insist_on_number(watched, f"{what}: the validation loss after epoch {epoch + 1}")
        rate = optimiser.param_groups[0]["lr"]
        done.history.append({"loss": mean, "monitored": watched, "learning_rate": rate})
        if schedule is not None:
            schedule.step(*([watched] if isinstance(settings.schedule, Plateau) else []))
        done.epochs += 1
        if not best or done.improved:
            done.kept = done.epochs
            kept = state.tensors_of(model) if best else {}
        first, total = 0, 0.0
    take.end()
    if kept:
        model.load_state_dict(kept)
    done.seconds = spent + time.perf_counter() - begun
    return done
