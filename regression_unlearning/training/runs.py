"""One result of a program: its identity, whether it is made already, and where it is written first.

A program may make several results (a model for each of some seeds; a model, then its
observation). Each is written whole into a folder beside its final path, ``{name}.unfinished``,
where an interrupted training also keeps its state, and all are moved to their final paths together
at the end (`deliver`). So a program that is killed, or fails at its third seed, keeps the first
two; and a result that exists already, made of the same settings, code and data, is not made again.
"""

import hashlib
import json
import logging
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from regression_unlearning.errors import UserError
from regression_unlearning.files import read_npz, read_record, sha256, write_npz, write_record

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Run:
    """One result.

    Attributes
    ----------
    output : Path
        Its final path. A ``.safetensors`` has a ``.json`` beside it, its record.
    identity : mapping
        JSON values of all that the result follows from: names and seed, settings, SHA-256 of each
        file read, and of the code.
    """

    output: Path
    identity: Mapping[str, Any]

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the identity."""
        return hashlib.sha256(json.dumps(self.identity, sort_keys=True).encode()).hexdigest()

    @property
    def folder(self) -> Path:
        """Folder of unfinished work and of a result that is not delivered yet."""
        return self.output.with_name(f"{self.output.stem}.unfinished")

    @property
    def waiting(self) -> Path:
        """Path where the result is written first."""
        return self.folder / self.output.name

    @cached_property
    def result(self) -> Path:
        """Path of the result: its final one, or the one before delivery."""
        return self.output if self._is_made(self.output) else self.waiting

    @property
    def finished(self) -> bool:
        """Whether the result exists, undamaged and made of this very identity."""
        return self._is_made(self.output) or self._is_made(self.waiting)

    def _is_made(self, path: Path) -> bool:
        if not path.is_file():
            return False
        try:
            if path.suffix == ".safetensors":
                record = read_record(path.with_suffix(".json"))
                return record["fingerprint"] == self.sha256 and record["sha256"] == sha256(path)
            if path.suffix == ".npz":
                return str(read_npz(path, ["identity"])["identity"]) == self.sha256
            return read_record(path)["identity"] == self.sha256
        except (UserError, KeyError, TypeError):
            return False

    def write_arrays(self, arrays: Mapping[str, Any]) -> None:
        """Write an ``.npz`` result; its array ``identity`` holds the identity's SHA-256.

        Parameters
        ----------
        arrays : mapping of str to array
            What the file holds.
        """
        import numpy as np

        write_npz(self.waiting, {"identity": np.array(self.sha256), **arrays})

    def write_values(self, **values: Any) -> None:
        """Write a ``.json`` result; its key ``identity`` holds the identity's SHA-256."""
        write_record(self.waiting, {"identity": self.sha256, **values})

    def deliver(self) -> None:
        """Move the result to its final path, and delete the unfinished work."""
        if self.waiting.is_file():
            for path in (self.waiting.with_suffix(".json"), self.waiting):
                if path.is_file():
                    path.replace(self.output.with_name(path.name))
            log.info("wrote %s", self.output)
        shutil.rmtree(self.folder, ignore_errors=True)


def deliver(runs: Iterable[Run]) -> None:
    """Move all results of a program to their final paths."""
    for run in runs:
        run.deliver()
