"""What programs that run a network share: device, threads, task, checkpoint, unfinished work."""

import argparse
import hashlib
import json
import logging
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import nn

from regression_unlearning import provenance
from regression_unlearning.data.prepared import load_prepared
from regression_unlearning.errors import UserError
from regression_unlearning.files import sha256
from regression_unlearning.settings.networks import Network
from regression_unlearning.settings.section import validated
from regression_unlearning.training import checkpoints, interruption
from regression_unlearning.training.seeds import seed_for
from regression_unlearning.training.task import Task, like_them, load_parts

log = logging.getLogger(__name__)

#: Environment variable with params.yaml's `without_gpu`.
WITHOUT_GPU = "REGRESSION_UNLEARNING_WITHOUT_GPU"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that every program with a network takes."""
    parser.add_argument(
        "--prepared", type=Path, required=True, help="folder of the prepared dataset"
    )
    parser.add_argument("--parts", type=Path, help="the forget set's parts (.npz)")
    parser.add_argument("--seed", type=int, required=True, help="training seed")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of this program")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--gpus", type=int, default=0, help="GPUs that this job asked for")
    parser.add_argument("--output", type=Path, required=True, help="file to write")


def _without_gpu() -> None:
    """A GPU was asked for and none is there: end, unless the settings take a CPU instead."""
    if os.environ.get(WITHOUT_GPU, "fail") == "cpu":
        log.warning("no GPU can be seen; going on on the CPU, as without_gpu says.")
        return
    raise UserError(
        "this job asked for a GPU and none can be seen. Check the driver and the queue; to run on "
        "a CPU, set the dataset's resources.gpu to 0, or without_gpu: cpu, in params.yaml."
    )


def set_up(device: str, threads: int, gpus: int = 0) -> str:
    """Choose the device, and set what makes a run fast there and the same each time.

    Parameters
    ----------
    device : str
        ``auto``, ``cpu`` or ``cuda``.
    threads : int
        CPU threads of this program.
    gpus : int
        GPUs that this job asked for.

    Raises
    ------
    UserError
        When a GPU is asked for and none can be seen.
    """
    if device == "auto":
        found = torch.cuda.is_available()
        if gpus and not found:
            _without_gpu()
        device = "cuda" if found else "cpu"
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise UserError("a GPU is asked for and none can be seen; check the driver, or use cpu.")
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)  # gradients that fade to denormal numbers cost 30 times more
    if device != "cpu":  # on a CPU our operations are deterministic for a thread count
        torch.use_deterministic_algorithms(True)
        # it guards against reading what was never written, at 25 to 40 % of a step; a test does so
        torch.utils.deterministic.fill_uninitialized_memory = False
    return device


class Session:
    """One program's work: a task on a device, and where unfinished work waits.

    Parameters
    ----------
    arguments : Namespace
        From `add_arguments`.
    identity : sequence of str
        What the run is, such as ``("stsb", "score_0_2", "finetune")``: seeds come from it.
    settings : dict
        Must hold ``model`` and ``loss``, may hold ``quantiles`` and ``reading``; all of it belongs
        to the run's identity.
    inputs : sequence of Path
        Files whose content belongs to the run's identity too.
    modules : sequence of module
        Modules of which the same is true wherever they are installed: a method, maybe a plug-in's.
    """

    def __init__(
        self,
        arguments: argparse.Namespace,
        identity: Sequence[str],
        settings: dict[str, Any],
        inputs: Sequence[Path] = (),
        modules: Sequence[ModuleType] = (),
    ):
        interruption.listen()
        self.device = set_up(arguments.device, arguments.threads, arguments.gpus)
        self.output, self.seed = arguments.output, arguments.seed
        self.settings, self.identity = settings, tuple(identity)
        data = load_prepared(arguments.prepared, self.device, settings.get("reading"))
        files = [path for path in (arguments.parts, *inputs) if path is not None]
        # by the whole path: the original's and a helper's checkpoint bear the same name
        self.data_hashes = {
            "prepared": data.sha256,
            **{str(path): sha256(path) for path in files},
            **{module.__name__: sha256(Path(module.__file__)) for module in modules},
        }
        if arguments.parts is not None:
            parts = load_parts(arguments.parts, self.device)
        else:
            empty = torch.empty(0, dtype=torch.int64, device=self.device)
            parts = {
                "retain": data.rows_of("train"),
                "forget": empty,
                "validation_retain": data.rows_of("validation"),
                "validation_forget": empty,
            }
        self.parts = parts
        self.state_folder = self.output.with_name(f"{self.output.stem}.unfinished")
        self.task = Task(
            data=data,
            loss=settings["loss"],
            quantiles=tuple(settings.get("quantiles", ())),
            network=validated(Network, settings["model"], "model"),
            retain=parts["retain"],
            forget=parts["forget"],
            validation=parts["validation_retain"],
            held_out=like_them(parts),
            seed=seed_for(*self.identity, self.seed),
            state_folder=self.state_folder,
            fingerprint=self._fingerprint(arguments.threads),
        )

    def _fingerprint(self, threads: int) -> str:
        identity = [self.identity, self.seed, self.settings, self.data_hashes, threads, self.device]
        text = json.dumps([*identity, provenance.loaded_code()], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def load(self, path: Path) -> nn.Module:
        """Load a checkpoint of the task's network."""
        return checkpoints.load(self.task.new_model(), path, self.device)

    def save(self, model: nn.Module, **record: Any) -> None:
        """Write a model's checkpoint and its record, then drop the unfinished work."""
        fitted = self.task.fitted
        self._write(
            model,
            {
                "rows": {"retain": len(self.task.retain), "forget": len(self.task.forget)},
                "seconds": sum(run.seconds for run in fitted),
                "steps": sum(run.steps for run in fitted),
                "history": [run.history for run in fitted],
                **record,
            },
        )

    def take(self, path: Path) -> None:
        """Write the checkpoint of a model that was trained elsewhere; its file is left as it is.

        The record says so under ``given``, and has no rows, seconds or steps: nobody here knows on
        what the model was trained, or for how long. The file is one of the session's inputs.

        Raises
        ------
        UserError
            When the file is not one of the task's network, or a weight is no finite number.
        """
        model = self.load(path)
        for name, value in model.state_dict().items():
            if not value.isfinite().all():
                raise UserError(f"{path}: the weight {name!r} holds values that are not finite.")
        given = {"file": str(path), "sha256": self.data_hashes[str(path)], "trained_here": False}
        self._write(model, {"given": given})

    def _write(self, model: nn.Module, record: dict[str, Any]) -> None:
        checkpoints.save(
            model,
            self.output,
            {
                "identity": self.identity,
                "seed": self.seed,
                "settings": self.settings,
                "data": self.data_hashes,
                "code": provenance.loaded_code(),
                "fingerprint": self.task.fingerprint,
                **record,
                "machine": provenance.machine(),
            },
        )
        self.finish()

    def finish(self) -> None:
        """Drop the unfinished work: the result is safe."""
        shutil.rmtree(self.state_folder, ignore_errors=True)
        log.info("wrote %s", self.output)
