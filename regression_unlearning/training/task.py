"""What a training or unlearning run works on."""

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
from regression_unlearning.training.fit import Fitted, Objective, fit
from regression_unlearning.training.kinds import Kind, PerRow, kind_of
from regression_unlearning.training.parts import like_them
from regression_unlearning.training.seeds import seed_for


@dataclass(frozen=True)
class Task:
    """The rows, the loss and the network of one run, without a word on which dataset it is.

    Attributes
    ----------
    data : Prepared
        Inputs and targets of every row, scaled as networks learn them.
    loss : str
        Name of the dataset's loss.
    quantiles, classes : tuple of float, int or None
        Of the quantile loss and of the cross-entropy; see `training.kinds.kind_of`.
    network : Section
        Settings of the network.
    retain, forget : Tensor of int64
        Row numbers that divide the training set; `forget` is empty where nothing is forgotten.
    validation : Tensor of int64
        Held-out rows that the schedule may watch: never a row like the forgotten ones.
    seed : int
        The run's own seed, from dataset, forget set, method and training seed.
    held_out : Tensor of int64
        Held-out rows like the forgotten ones (of the same label band, say); all of them where the
        choice knows no likeness, as for random rows. They are of the split ``unseen_validation``
        where the data have it, else of ``validation``. Never trained on, never reported.
    helpers : mapping of str to Module
        Trained helper models that the method asked for, by name (``"blindspot"``).
    state_folder, fingerprint : Path or None, str
        Where interrupted work is kept; identity of the run; see `fit`.
    fitted : list of Fitted
        What each run of the loop, and each piece of other work, has cost so far.
    facts : dict
        JSON values that a method wants in its checkpoint's record, such as a certificate.
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
        settings : Dataset
            The dataset's settings.
        data, parts : Prepared, mapping
            See `open_dataset`.
        seed : int
            The run's seed.
        """
        device = data.target.device
        rows = {
            name: torch.as_tensor(part, dtype=torch.int64, device=device)
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
        """Draw at most `at_most` of `rows` by the run's seed and `purpose`; None returns all."""
        if at_most is None or at_most >= len(rows):
            return rows
        generator = torch.Generator().manual_seed(seed_for(self.seed, purpose))
        drawn = torch.randperm(len(rows), generator=generator)[:at_most].sort().values
        return rows[drawn.to(rows.device)]

    def is_forgotten(self, rows: Tensor) -> Tensor:
        """Return which rows are in the forget set: bool Tensor (len(rows),)."""
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
        """The dataset's loss of outputs (n, outputs), one value a row: Tensor (n,).

        A target is (n,), the true values; or (n, outputs), what another model put out.
        """
        return self.kind.per_row(output, target)

    def new_model(self, purpose: str = "weights") -> nn.Module:
        """A network with fresh weights that depend on the run's seed and on `purpose`."""
        seed, outputs = seed_for(self.seed, purpose), self.kind.outputs
        return build(self.network, self.data.inputs, seed, outputs)

    def supervised(self, targets: Tensor | None = None) -> Objective:
        """The plain objective: the mean loss against the targets, or against others in their place.

        Parameters
        ----------
        targets : Tensor (rows of the dataset,), optional
            Relabelled targets.
        """
        targets = self.data.target if targets is None else targets

        def objective(model: nn.Module, rows: Tensor) -> Tensor:
            output = model(self.data.batch(rows, training=True))
            return self.per_row(output, targets.index_select(0, rows)).mean()

        return objective

    def mean_loss(self, model: nn.Module, rows: Tensor, of: PerRow | None = None) -> float:
        """Mean loss, or what `of` says a row, in evaluation mode; the model is left as it was."""
        total = torch.zeros((), dtype=torch.float64, device=rows.device)
        with evaluating(model):
            for part in rows.split(1024):
                output = model(self.data.batch(part))
                total += (of or self.per_row)(output, self.data.target[part]).double().sum()
        return total.item() / len(rows)

    def outputs(self, model: nn.Module, rows: Tensor, batch_size: int = 1024) -> Tensor:
        """Outputs of a model for some rows, in evaluation mode: Tensor (len(rows), outputs)."""
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
        objective: Objective | None = None,
        phase: str = "main",
        watched: nn.Module | None = None,
        **options: Any,
    ) -> Fitted:
        """Run the project's training loop on `model`, in place, resumable.

        A plateau schedule watches the mean loss on the validation rows, where there are any, and
        ``keep: best`` keeps the weights of the epoch in which that was least.

        Parameters
        ----------
        model : Module
            The model to train.
        settings : Fit
            Epochs, learning rate and so on.
        rows : Tensor of int64, optional
            Rows to train on; the retain set if not given.
        objective : callable, optional
            The loss of a mini-batch; `supervised` if not given.
        phase : str
            Name of this run of the loop, where a method has several.
        watched : Module, optional
            The network in `model` whose validation loss is watched, where `model` holds more.
        **options
            Passed on to `fit`; a ``monitor`` goes before the validation rows.

        Raises
        ------
        UserError
            See `fit`.
        """
        watches = settings.keep == "best" or isinstance(settings.schedule, Plateau)
        if watches and len(self.validation):
            network = model if watched is None else watched
            options = {"monitor": lambda _: self.mean_loss(network, self.validation), **options}
        fitted = fit(
            model,
            objective or self.supervised(),
            self.retain if rows is None else rows,
            settings,
            seed=seed_for(self.seed, phase),
            what=phase,
            state_file=self.state_folder and self.state_folder / f"{phase}.safetensors",
            fingerprint=f"{self.fingerprint}/{phase}",
            **options,
        )
        self.fitted.append(fitted)
        return fitted

    def having(self, **changes: Any) -> "Task":
        """The same task with some attributes changed, and nothing fitted yet."""
        return replace(self, **{"fitted": [], "facts": {}, **changes})
