"""What programs with a network share: arguments, device, threads, data, tasks, checkpoints."""

import argparse
import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import nn

from regression_unlearning import classes, program, provenance, registry
from regression_unlearning.data.prepared import load_prepared
from regression_unlearning.errors import UserError
from regression_unlearning.files import free, sha256
from regression_unlearning.models.modules.build import build
from regression_unlearning.requests.forgotten import forgotten
from regression_unlearning.settings.jobs import NetworkJob
from regression_unlearning.training import checkpoints, interruption
from regression_unlearning.training.device import set_up
from regression_unlearning.training.handed_back import not_finite
from regression_unlearning.training.kinds import kind_of
from regression_unlearning.training.parts import like_them, load_parts
from regression_unlearning.training.runs import Run, deliver
from regression_unlearning.training.seeds import seed_for
from regression_unlearning.training.task import Task
from regression_unlearning.training.worth import against_training_median

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that every program with a network takes."""
    parser.add_argument(
        "--prepared", type=Path, required=True, help="folder of the prepared dataset"
    )
    parser.add_argument("--parts", type=Path, help="the forget set's parts (.npz)")
    parser.add_argument(
        "--seed",
        type=program.whole_number(0),
        nargs="+",
        required=True,
        help="training seeds, one model for each",
    )
    parser.add_argument(
        "--code",
        type=program.named_path,
        nargs="*",
        default=[],
        help="STEP=PATH: a file that stands for the code of a step; without it all of the library "
        "counts",
    )
    parser.add_argument(
        "--threads", type=program.whole_number(1), default=1, help="CPU threads of this program"
    )
    parser.add_argument("--device", type=program.device, default="auto", help="auto, cpu or cuda")
    parser.add_argument(
        "--gpus", type=program.whole_number(0), default=0, help="GPUs that this job asked for"
    )
    parser.add_argument(
        "--output", type=Path, nargs="+", required=True, help="file to write for each seed"
    )


class Session:
    """One program's work: data on a device, and the results that it delivers at its end.

    Parameters
    ----------
    arguments : Namespace
        From `add_arguments`.
    settings : NetworkJob
        Family, network, loss.

    Raises
    ------
    UserError
        When the numbers of outputs and seeds differ, or the data cannot be read.
    """

    def __init__(self, arguments: argparse.Namespace, settings: NetworkJob):
        interruption.listen()
        self.device = set_up(arguments.device, arguments.threads, arguments.gpus)
        self.threads, self.settings = arguments.threads, settings
        self.seeds: list[int] = arguments.seed
        program.one_each(self.seeds, {"--output": arguments.output})
        self.outputs = dict(zip(self.seeds, arguments.output, strict=True))
        self.code = {name: sha256(path) for name, path in arguments.code}
        self.data = load_prepared(
            arguments.prepared,
            settings.family,
            self.device,
            settings.reading,
            settings.target_scale,
        )
        self.kind = kind_of(settings.loss, settings.quantiles, settings.classes, self.data.target)
        self.inputs = {"prepared": self.data.sha256}
        self.runs: list[Run] = []
        if arguments.parts is not None:
            self.inputs["parts"] = sha256(arguments.parts)
            self.parts = load_parts(arguments.parts, self.device)
        else:
            empty = torch.empty(0, dtype=torch.int64, device=self.device)
            self.parts = {
                "retain": self.data.rows_of("train"),
                "forget": empty,
                "validation_retain": self.data.rows_of("validation"),
                "validation_forget": empty,
            }
        self.retain = self.parts["retain"]
        # parts may be older than requests
        if (dropped := forgotten(arguments.prepared)) is not None:
            self.inputs["forgotten"] = hashlib.sha256(dropped.tobytes()).hexdigest()
            self.retain = self.retain[~torch.as_tensor(dropped, device=self.device)[self.retain]]

    def run(
        self,
        step: str,
        output: Path,
        names: Sequence[str],
        seed: int,
        settings: Mapping[str, Any],
        inputs: Mapping[str, str],
    ) -> Run:
        """Register a result with its identity; `finish` moves it to its final path.

        Parameters
        ----------
        step : str
            Key of the code that makes it: see ``--code``.
        output : Path
            The result's final path.
        names : sequence of str
            Such as ``("stsb", "score_0_2", "finetune")``: with `seed` they fix all random numbers.
        seed : int
            Training seed.
        settings : mapping
            JSON values of what the step does beside the network's settings.
        inputs : mapping of str to str
            SHA-256 of each file that it reads beside the data, by role.
        """
        builder = registry.made_by(self.settings.model.name) or ""
        if step not in self.code and (file := classes.source_of(builder)):
            inputs = {**inputs, "network": sha256(file)}
        identity = {
            "names": list(names),
            "seed": seed,
            "settings": {**self.settings.network, **settings},
            "inputs": {**self.inputs, **inputs},
            "code": self.code.get(step) or provenance.library_code(),
        }
        for path in (output, output.with_suffix(".json")):
            free(path)
        run = Run(output, identity)
        self.runs.append(run)
        if run.finished:
            log.info("%s is made already", output)
        else:
            provenance.reset_peak_memory()
        return run

    def task(self, run: Run) -> Task:
        """The task of a result: rows, loss, network, seed, folder of interrupted work."""
        names, seed = run.identity["names"], run.identity["seed"]
        return Task(
            data=self.data,
            loss=self.settings.loss,
            quantiles=self.settings.quantiles,
            classes=self.settings.classes,
            network=self.settings.model,
            retain=self.retain,
            forget=self.parts["forget"],
            validation=self.parts["validation_retain"],
            held_out=like_them(self.parts),
            seed=seed_for(*names, seed),
            state_folder=run.folder,
            # the bits depend on these too, but a finished result is valid on any device
            fingerprint=f"{run.sha256} {self.device} {self.threads}",
        )

    def load(self, path: Path) -> nn.Module:
        """Load a checkpoint of the network.

        Parameters
        ----------
        path : Path
            See `checkpoints.load`, also for the errors.
        """
        fresh = build(self.settings.model, self.data.inputs, 0, self.kind.outputs)
        return checkpoints.load(fresh, path, self.device)

    def save(self, run: Run, model: nn.Module, task: Task, **record: Any) -> None:
        """Write a model's checkpoint and its record."""
        fitted = task.fitted
        self._write(
            run,
            model,
            task,
            {
                "rows": {"retain": len(task.retain), "forget": len(task.forget)},
                "seconds": sum(cost.seconds for cost in fitted),
                "steps": sum(cost.steps for cost in fitted),
                "history": [cost.history for cost in fitted],
                "kept_epochs": [cost.kept for cost in fitted if cost.steps],
                **record,
            },
        )

    def take(self, run: Run, path: Path) -> None:
        """Write the checkpoint of a model that was trained elsewhere; its file is left as it is.

        The record marks it with ``given``, and has no rows, seconds or steps: nothing is known here
        of its training.

        Parameters
        ----------
        run, path : Run, Path
            The result, and the given file.

        Raises
        ------
        UserError
            When the file is not one of the network, or a weight is not finite.
        """
        model = self.load(path)
        if name := not_finite(model):
            raise UserError(f"{path}: the weight {name!r} holds values that are not finite.")
        given = {"file": str(path), "sha256": sha256(path), "trained_here": False}
        self._write(run, model, self.task(run), {"given": given})

    def _write(self, run: Run, model: nn.Module, task: Task, record: dict[str, Any]) -> None:
        if not len(task.forget):
            comparison = against_training_median(model, task, run.output)
            record = {**record, "against_training_median": comparison}
        scale = asdict(self.data.scale)
        origin = {**run.identity, "fingerprint": run.sha256, "target_scale": scale}
        checkpoints.save(model, run.waiting, {**origin, **record, "machine": provenance.machine()})

    def finish(self) -> None:
        """Move every result to its final path: the program has succeeded."""
        deliver(self.runs)
