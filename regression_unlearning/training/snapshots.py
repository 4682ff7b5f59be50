"""Weights kept during a run, one of which is restored at its end."""

from pathlib import Path

from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from regression_unlearning import seals
from regression_unlearning.files import SEAL, whole
from regression_unlearning.training.state import tensors_of


class Snapshots:
    """A model's weights by number, in files where there is a folder, else in memory.

    A resumed run finds the files of the epochs before the interruption; a run that starts anew
    overwrites them before it reads them.

    Parameters
    ----------
    folder : Path or None
        The run's state folder.
    """

    def __init__(self, folder: Path | None):
        self.folder = folder
        self.kept: dict[int, dict[str, Tensor]] = {}

    def _path(self, number: int) -> Path:
        return self.folder / f"snapshot_{number}.safetensors"

    def keep(self, number: int, model: nn.Module) -> None:
        """Keep a model's weights under a number, such as the epoch's."""
        if self.folder is None:
            self.kept[number] = tensors_of(model)
            return
        with whole(self._path(number)) as part:
            save_file(tensors_of(model), part, metadata={SEAL: seals.OPEN})
            seals.seal(part)

    def restore(self, number: int, model: nn.Module) -> None:
        """Put the weights kept under a number back into the model.

        Raises
        ------
        UserError
            When the file is damaged.
        """
        if self.folder is None:
            kept = self.kept[number]
        else:
            seals.check(self._path(number), header=True)
            kept = load_file(self._path(number))
        model.load_state_dict(kept)
