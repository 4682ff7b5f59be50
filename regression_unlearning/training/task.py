"""The rows, the loss and the network of a training or unlearning run."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from regression_unlearning.data.prepared import Prepared
from regression_unlearning.models.modules.activations import evaluating
from regression_unlearning.models.modules.build import build
from regression_unlearning.settings.dataset import Dataset
from regression_unlearning.settings.section import Section
from regression_unlearning.settings.training import Fit, Plateau
from regression_unlearning.training.fit import Fitted, fit
from regression_unlearning.training.kinds import Kind, PerRow, kind_of
from regression_unlearning.training.losses import summed
from regression_unlearning.training.parts import like_them
from regression_unlearning.training.seeds import seed_for
from regression_unlearning.training.step import Objective


@dataclass(frozen=True)
class Task:
    """The rows, the loss and the network of one run, whatever dataset they come from.

    Attributes
    ----------
    data, network : Prepared, Section
        Inputs and targets of every row, scaled as networks learn them; settings of the network.
    loss, quantiles, classes : str, tuple of float, int or None
        The dataset's loss, and what some losses need; see `training.kinds.kind_of`.
    retain, forget : Tensor of int64
        Row numbers that divide the training set; `forget` is empty where nothing is forgotten.
    validation, held_out : Tensor of int64
        Rows that no training reads: those that a schedule may watch, none like the forgotten ones;
        and those like them (`training.parts.like_them`), which no table reports.
    seed : int
        The run's own seed, from dataset, forget set, method and training seed.
    helpers : mapping of str to Module
        Trained helper models that the method asked for, by name (``"blindspot"``).
    state_folder, fingerprint : Path or None, str
        Folder of interrupted work, and identity of the run: see `fit`.
    fitted, facts : list of Fitted, dict
        Cost of each piece of work so far; JSON values for the checkpoint's record, as certificates.
    """

    data: Prepared
    loss: str
    network: Section
    retain: Tensor
    forget: Tensor
    validation: Tensor
    seed: int
    quantiles: tuple[float, ...] = ()
    classes: int | None = None
    held_out: Tensor = field(default_factory=lambda: torch.empty(0, dtype=torch.int64))
    helpers: Mapping[str, nn.Module] = field(default_factory=dict)
    state_folder: Path | None = None
    fingerprint: str = ""
    fitted: list[Fitted] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Dataset, data: Prepared, parts: Mapping[str, Any], seed: int) -> "Task":
        """The task of one forget set of a dataset of params.yaml.

        Parameters
        ----------
        settings, data, parts, seed : Dataset, Prepared, mapping of str to int array, int
            See `open_dataset`; the run's seed.
        """
        rows = {
            name: torch.as_tensor(part, dtype=torch.int64, device=data.target.device)
            for name, part in parts.items()
        }
        return cls(
            data=data,
            loss=settings.loss,
            quantiles=settings.quantiles,
            classes=settings.classes,
            network=settings.model,
            retain=rows["retain"],
            forget=rows["forget"],
            validation=rows["validation_retain"],
            held_out=like_them(rows),
            seed=seed,
        )

    def nothing_forgotten(self) -> "Task":
        """The task of the original model: the whole training set is kept."""
        held_out = self.data.rows_of("validation")
        return self.having(retain=self.train, forget=self.forget[:0], validation=held_out)

    @property
    def train(self) -> Tensor:
        """Row numbers of the whole training set, in the dataset's order."""
        return torch.cat([self.retain, self.forget]).sort().values

    def some(self, rows: Tensor, at_most: int | None, purpose: str) -> Tensor:
        """Draw at most `at_most` of `rows` without replacement; None returns all of them.

        Parameters
        ----------
        rows, at_most, purpose : Tensor of int64 (n,), int or None, str
            Row numbers (a draw keeps their order), how many, and what for (part of the seed).
        """
        if at_most is None or at_most >= len(rows):
            return rows
        generator = torch.Generator().manual_seed(seed_for(self.seed, purpose))
        drawn = torch.randperm(len(rows), generator=generator)[:at_most].sort().values
        return rows[drawn.to(rows.device)]

    def is_forgotten(self, rows: Tensor) -> Tensor:
        """Return which rows are in the forget set: bool Tensor (n,).

        Parameters
        ----------
        rows : Tensor of int64 (n,)
        """
        return self._forgotten[rows]

    @cached_property
    def _forgotten(self) -> Tensor:
        mask = torch.zeros(len(self.data.target), dtype=torch.bool, device=self.retain.device)
        mask[self.forget] = True
        return mask

    @cached_property
    def kind(self) -> Kind:
        """What targets are, numbers or classes: see `training.kinds`."""
        return kind_of(self.loss, self.quantiles, self.classes, self.data.target)

    def per_row(self, output: Tensor, target: Tensor) -> Tensor:
        """The dataset's loss against true values or another model's outputs: Tensor (n,).

        Parameters
        ----------
        output, target : Tensor (n, outputs), Tensor (n,) or (n, outputs)
        """
        return self.kind.per_row(output, target)

    def new_model(self, purpose: str = "weights") -> nn.Module:
        """A network with fresh weights, by the run's seed and `purpose`."""
        seed = seed_for(self.seed, purpose)
        return build(self.network, self.data.inputs, seed, self.kind.outputs)

    def supervised(self, targets: Tensor | None = None) -> Objective:
        """The plain objective: the mean loss against the targets, or against relabelled ones.

        Parameters
        ----------
        targets : Tensor (rows of the dataset,), optional
        """
        targets = self.data.target if targets is None else targets

        def objective(model: nn.Module, rows: Tensor) -> Tensor:
            output = model(self.data.batch(rows, training=True))
            return self.per_row(output, targets.index_select(0, rows)).mean()

        return objective

    def mean_loss(self, model: nn.Module, rows: Tensor, of: PerRow | None = None) -> float:
        """Mean loss of a model in evaluation mode; the model is left as it was.

        Parameters
        ----------
        model, rows, of : Module, Tensor of int64 (n,), callable, optional
            `of`, in the loss's place, makes of outputs and targets one value per row.
        """
        return summed(model, self.data, rows, of or self.per_row).item() / len(rows)

    def outputs(self, model: nn.Module, rows: Tensor, batch_size: int = 1024) -> Tensor:
        """Outputs of a model in evaluation mode: Tensor (n, outputs).

        Parameters
        ----------
        model, rows, batch_size : Module, Tensor of int64 (n,), int (of a forward pass)
        """
        with evaluating(model):
            return torch.cat([model(self.data.batch(part)) for part in rows.split(batch_size)])

    @contextmanager
    def working(self) -> Iterator[None]:
        """Count the seconds of work outside the training loop among the method's own."""
        begun = time.perf_counter()
        yield
        if self.retain.is_cuda:
            torch.cuda.synchronize()
        self.fitted.append(Fitted(seconds=time.perf_counter() - begun))

    def fit(
        self,
        model: nn.Module,
        settings: Fit,
        *,
        rows: Tensor | None = None,
        targets: Tensor | None = None,
        objective: Objective | None = None,
        phase: str = "main",
        watched: nn.Module | None = None,
        **options: Any,
    ) -> Fitted:
        """Run the project's training loop on `model`, in place, resumable; errors as of `fit.fit`.

        A plateau schedule and ``keep: best`` look at the validation rows' mean loss, if any.

        Parameters
        ----------
        model, settings, rows : Module, Fit, Tensor of int64
            Without `rows` the retain set.
        targets, objective : Tensor (rows of the dataset,), callable
            Labels in place of the dataset's, or what is minimised in place of the loss.
        phase, watched : str, Module, optional
            Name of the run, where a method has several; the network in `model` to watch.
        **options
            Passed on to `fit.fit`: ``monitor`` goes before the validation loss; ``replayable`` is
            True with the plain loss and optimiser alone.
        """
        if objective is not None and targets is not None:
            raise TypeError("targets are the loss's: an objective has its own")
        plain = objective is None and not {"before_step", "make_optimiser"} & set(options)
        safe = options.pop("replayable", plain) and self.data.replayable
        watches = settings.keep == "best" or isinstance(settings.schedule, Plateau)
        if watches and len(self.validation):
            network = model if watched is None else watched
            options = {"monitor": lambda _: self.mean_loss(network, self.validation), **options}
        fitted = fit(
            model,
            objective or self.supervised(targets),
            self.retain if rows is None else rows,
            settings,
            seed=seed_for(self.seed, phase),
            what=phase,
            replayable=safe,
            state_file=self.state_folder and self.state_folder / f"{phase}.safetensors",
            fingerprint=f"{self.fingerprint}/{phase}",
            **options,
        )
        self.fitted.append(fitted)
        return fitted

    def having(self, **changes: Any) -> "Task":
        """A copy with some attributes changed, and nothing fitted yet."""
        return replace(self, **{"fitted": [], "facts": {}, **changes})
