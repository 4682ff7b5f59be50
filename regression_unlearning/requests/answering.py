"""Answer a request: unlearn from the last model of the chain, audit, write, and enter it."""

import hashlib
import logging
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from regression_unlearning import provenance
from regression_unlearning.data.dataset import load_dataset, made_ready
from regression_unlearning.data.prepared import Prepared, read_rows
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.pipeline import paths
from regression_unlearning.program.progress import Progress
from regression_unlearning.requests import holding, ledger
from regression_unlearning.requests.about import about, by_place, original_seconds, other_data
from regression_unlearning.requests.audit import judge
from regression_unlearning.requests.chain import Start, answered, parts_of, refuse_twice, start_of
from regression_unlearning.requests.choosing import (
    add_advice,
    choose,
    dataset_of,
    method_of,
    since_retraining,
)
from regression_unlearning.requests.entering import enter, finish
from regression_unlearning.requests.forgotten import places
from regression_unlearning.requests.ledger import AUDIT, FAILED, FOLDER, MODEL
from regression_unlearning.requests.references import reference_losses
from regression_unlearning.requests.request import AUTO, RETRAIN, Request
from regression_unlearning.settings.dataset import Dataset, Method
from regression_unlearning.settings.document import Settings
from regression_unlearning.settings.training import Training
from regression_unlearning.training import checkpoints
from regression_unlearning.training.device import set_up
from regression_unlearning.training.observe import observe
from regression_unlearning.training.precision_record import as_recorded
from regression_unlearning.training.seeds import seed_for
from regression_unlearning.training.task import Task
from regression_unlearning.training.train import train
from regression_unlearning.training.unlearn import largest_change, of_request, unlearn

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """An answer: its folder, the content of its audit, the ledger's head behind it."""

    folder: Path
    audit: Mapping[str, Any]
    head: str

    @property
    def passed(self) -> bool:
        """Whether it passed."""
        return bool(self.audit["passed"])


def forget(
    settings: Settings,
    request: Request,
    *,
    with_gold: bool = False,
    device: str = "auto",
    threads: int = 1,
    gpus: int = 0,
    project: str | Path = ".",
    wait: bool = False,
) -> Answer:
    """Answer a request, and write ``requests/ID`` and a line of the ledger.

    The very same request a second time gets the answer from the first time.

    Parameters
    ----------
    settings : Settings
        See `load_settings`.
    request : Request
        See `read_request`.
    with_gold : bool
        Whether a model is retrained without the rows, to compare with.
    device, threads, gpus
        ``auto``, ``cpu`` or ``cuda``; CPU threads; GPUs that must be there, if more than the
        dataset's `resources` ask for.
    project : path
        The project's folder, in which data/, checkpoints/ and requests/ lie.
    wait : bool
        Whether to wait while another request is being answered, or to refuse.

    Returns
    -------
    Answer
        Its folder, its audit, and the ledger's head.

    Raises
    ------
    UserError
        When the request cannot be answered; nothing is written then.
    """
    project = Path(project)
    folder = project / FOLDER
    with ledger.locked(folder, wait=wait):
        lines = finish(folder, ledger.read(folder))
        if (audit := answered(folder, request, lines)) and with_gold <= audit["with_gold"]:
            return Answer(folder / request.id, audit, ledger.head(folder))
        refuse_twice(folder, request, lines)
        precision = project / paths.precision(request.dataset)
        chosen = as_recorded(dataset_of(settings, request), precision)
        start = start_of(project, request, lines)
        key = ledger.key(folder, first=not lines)
        rows = read_rows(made_ready(settings, request.dataset, project / "data"))
        parts, rows_record = parts_of(folder, request, rows, lines, key)
        if by_place(chosen):
            rows_record["places"] = places(rows, key)
        label, why = request.method, None
        if label == AUTO:
            count = rows_record["rows_forgotten"]
            label, why = choose(project, request.dataset, chosen, request.forget, count, rows)
        method = method_of(chosen, request, label)
        used = set_up(device, threads, max(gpus, chosen.resources.gpu or 0))
        work = _Work(request, chosen, method, used, start, parts, project)
        data = load_dataset(settings, request.dataset, project / "data", work.device)
        waiting = folder / f"{request.id}.unfinished"
        audit = work.answer(data, waiting, with_gold)
        still = holding.held(project, request.dataset, lines, rows_record["hashes"])
        audit |= {"rows": rows_record, "still_held": still}
        audit["cost"]["original_training_seconds"] = original_seconds(project, request)
        audit["method"]["why"] = why
        add_advice(audit, request, since_retraining(folder, lines, request))
        audit["previous_audit"] = start.line and start.line.files[AUDIT]
        head = enter(folder, waiting, request, audit, key)
        return Answer(folder / request.id, audit, head)


@dataclass(frozen=True)
class _Work:
    """The steps of an answer that run a network."""

    request: Request
    chosen: Dataset
    method: Method
    device: str
    start: Start
    parts: dict[str, np.ndarray]
    project: Path

    def answer(self, data: Prepared, waiting: Path, with_gold: bool) -> dict[str, Any]:
        """Unlearn and audit; write the checkpoint into the folder `waiting`; return the audit."""
        begun = time.perf_counter()
        seed = seed_for(self.request.dataset, "request", self.request.id, self.request.seed)
        whole = Task.of(self.chosen, data, self.parts, seed)
        asked = hashlib.sha256(self.request.model_dump_json().encode())  # ids are never written
        for name in sorted(self.parts):  # files of ids may have changed
            asked.update(self.parts[name].astype(np.int64).tobytes())
        before = checkpoints.load_model(whole, self.start.path)
        helpers, helper_seconds = self._helpers(whole)
        task = of_request(
            whole.having(
                helpers=helpers,
                state_folder=waiting,
                fingerprint=f"{self.start.sha256} {data.sha256} {asked.hexdigest()}",
            ),
            self.parts,
        )
        name = self.method.method
        log.info("unlearning with %s", name)
        if name == RETRAIN:
            task = whole.having(state_folder=task.state_folder, fingerprint=task.fingerprint)
            after = train(task, Training(**self.method.options))
        else:
            after = unlearn(before, task, name, **self.method.options)
        seconds = sum(one.seconds for one in task.fitted)
        log.info("auditing")
        gold = None
        if with_gold:
            retraining = whole.having(seed=seed_for(seed, "gold"))
            gold = train(retraining, self.chosen.training)
        auditing = time.perf_counter()
        progress = Progress(f"answering {self.request.id}: models observed", 2 + with_gold, every=0)
        parts = {**self.parts, "forget": self.parts.get("forget_now", self.parts["forget"])}
        seen: list[Observation] = []
        for model in (before, after, *([gold] if gold else [])):
            seen.append(Observation(observe(model, whole, parts, self.chosen.observation)))
            progress.at(len(seen))
        rows = {part: seen[0].of(part, "row_id") for part in ("forget", seen[0].never_seen)}
        losses, number = reference_losses(
            self.project, self.request.dataset, self.chosen, whole, rows
        )
        judged = judge(
            seen[0],
            seen[1],
            seen[2] if gold else None,
            self.request.thresholds,
            losses,
            changed=largest_change(before, after) > 0,
        )
        not_verified = [
            *other_data(self.start, data),
            *by_place(self.chosen),
            *judged.not_verified,
        ]
        ended = time.perf_counter()
        cost = {
            "unlearning_seconds": seconds,
            "helper_seconds": helper_seconds,
            "auditing_seconds": ended - auditing,
            "retraining_seconds": sum(one.seconds for one in retraining.fitted) if gold else None,
            "all_seconds": ended - begun,
        }
        record = {
            "request": self.request.id,
            "start": self.start.sha256,
            "method": name,
            "options": self.method.options,
            "target_scale": asdict(data.scale),
            "seconds": seconds,
            "passed": judged.passed,
            "inputs": {"prepared": data.sha256},
            "machine": provenance.machine(),
        }
        checkpoints.save(after, waiting / (MODEL if judged.passed else FAILED), record)
        return {
            **about(self.request, self.chosen, self.method, self.start),
            "passed": judged.passed,
            "verdict": judged.sentence,
            "errors": judged.errors,
            "attacks": judged.attacks,
            "with_gold": with_gold,
            "not_verified": not_verified,
            "references": number,
            "cost": cost,
            "code": provenance.loaded_code(),
        }

    def _helpers(self, task: Task) -> tuple[dict[str, Any], float]:
        """The helper models that the method asks for, trained, and their seconds."""
        helpers, seconds = {}, 0.0
        for kind in self.method.helpers:
            own = self.method.options.get("helper")
            fit = self.chosen.further_blindspots[own] if own else getattr(self.chosen, kind)
            helping = task.having(seed=seed_for(task.seed, kind))
            log.info("training the helper %s", kind)
            helpers[kind] = train(helping, fit)
            seconds += sum(one.seconds for one in helping.fitted)
        return helpers, seconds
