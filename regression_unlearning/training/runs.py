"""One result of a program: what identifies it, whether it is made already, where it waits.

A program may make several results (a model for each of some seeds; a model, then what is observed
of it). Each is written whole into a folder beside its place, ``{name}.unfinished``, where an
interrupted training also keeps its state, and all are put in their places together at the end
(`deliver`). So a program that is killed, or fails at its third seed, keeps the first two; and what
is in its place already, made of the same settings, code and data, is not made again.
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
        Its place. A ``.safetensors`` has a ``.json`` beside it, its record.
    identity : mapping
        JSON values of all that the result follows from: names and seed, settings, SHA-256 of each
        file read, of the code.
    """

    output: Path
    identity: Mapping[str, Any]

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the identity."""
        return hashlib.sha256(json.dumps(self.identity, sort_keys=True).encode()).hexdigest()

    @property
    def folder(self) -> Path:
        """Where unfinished work and a result that is not delivered yet are kept."""
        return self.output.with_name(f"{self.output.stem}.unfinished")

    @property
    def waiting(self) -> Path:
        """Where the result is written."""
        return self.folder / self.output.name

    @cached_property
    def result(self) -> Path:
        """Where the result lies: in its place, or waiting for its delivery."""
        return self.output if self._made(self.output) else self.waiting

    @property
    def finished(self) -> bool:
        """Whether the result is there, made of this very identity, and whole."""
        return self._made(self.output) or self._made(self.waiting)

    def _made(self, path: Path) -> bool:
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
        """Write an ``.npz`` result; its array ``identity`` holds the identity's SHA-256."""
        import numpy as np

        write_npz(self.waiting, {"identity": np.array(self.sha256), **arrays})

    def write_values(self, **values: Any) -> None:
        """Write a ``.json`` result; its key ``identity`` holds the identity's SHA-256."""
        write_record(self.waiting, {"identity": self.sha256, **values})

    def deliver(self) -> None:
        """Put the result in its place, and drop the unfinished work."""
        if self.waiting.is_file():
            for path in (self.waiting.with_suffix(".json"), self.waiting):
                if path.is_file():
                    path.replace(self.output.with_name(path.name))
            log.info("wrote %s", self.output)
        shutil.rmtree(self.folder, ignore_errors=True)


def deliver(runs: Iterable[Run]) -> None:
    """Put all results of a program in their places."""
    for run in runs:
        run.deliver()
