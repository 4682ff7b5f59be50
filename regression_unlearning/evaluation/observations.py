"""What was seen of a model: plain arrays in one ``.npz``, read by numpy alone.

For each part P of retain, forget (both of the training set), validation, test, and unseen_test
where the dataset has such rows (see `data.splits`):

``P/row_id``           int32 (n,)    row numbers, as in the dataset's rows.csv
``P/target``           float32 (n,)
``P/prediction``       float32 (n,)  the point forecast
``P/loss``             float32 (n,)  the training loss of the row
``P/output_gradient``  float32 (n, q)  derivative of that loss by the network's q outputs
``P/activation_index`` int32 (m,)    which of the n rows have an activation
``P/activation``       float32 (m, d)  what the last, linear layer is given

``test/like_forget`` and likewise of the other held-out parts (bool) mark rows that the forget set's
own choice would take. ``last_layer/weight`` (q, d) and ``last_layer/bias`` (q,) complete the
per-sample gradients: by the last layer's weight they are the outer product of output gradient and
activation; by the activation, output gradient times weight. ``loss`` names the loss; ``quantiles``
(q,) are those of the quantile loss.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from regression_unlearning.files import read_npz

if TYPE_CHECKING:
    import numpy as np

PARTS = ("retain", "forget", "validation", "test")
UNSEEN_TEST = "unseen_test"


@dataclass(frozen=True)
class Observation:
    """One observed model.

    Attributes
    ----------
    arrays : mapping of str to array
        The arrays named above.
    """

    arrays: "dict[str, np.ndarray]"

    @classmethod
    def read(cls, path: str | Path) -> "Observation":
        """Read an observation.

        Raises
        ------
        UserError
            When the file is missing or broken.
        """
        return cls(read_npz(path))

    @property
    def loss(self) -> str:
        """Name of the loss."""
        return str(self.arrays["loss"])

    @property
    def never_seen(self) -> str:
        """The part that attacks and probes take as rows which no training saw.

        ``unseen_test`` where there is one: test rows that differ from training rows otherwise too,
        such as hours that come later, would be told apart by that. Else ``test``.
        """
        return UNSEEN_TEST if f"{UNSEEN_TEST}/row_id" in self.arrays else "test"

    def of(self, part: str, name: str, *, like_forget: bool | None = None) -> "np.ndarray":
        """One array of one part; of held-out parts only rows (un)like the forgotten, if asked."""
        values = self.arrays[f"{part}/{name}"]
        if like_forget is None:
            return values
        return values[self.arrays[f"{part}/like_forget"] == like_forget]

    @cached_property
    def weight(self) -> "np.ndarray":
        """The last layer's weight (q, d)."""
        return self.arrays["last_layer/weight"]

    def features(
        self, part: str, *, like_forget: bool | None = None
    ) -> tuple["np.ndarray", "np.ndarray"]:
        """What the paper's membership attack looks at, for the rows that have activations.

        Loss, the loss's gradient at the penultimate layer, and the penultimate activation
        (Section 5).

        Returns
        -------
        features : float64 array (m, 1 + d + d)
        index : int array (m,)
            Which rows of the part these are.
        """
        import numpy as np

        index = self.arrays[f"{part}/activation_index"]
        activation = self.arrays[f"{part}/activation"]
        if like_forget is not None:
            kept = self.arrays[f"{part}/like_forget"][index] == like_forget
            index, activation = index[kept], activation[kept]
        gradient = self.arrays[f"{part}/output_gradient"][index] @ self.weight
        loss = self.arrays[f"{part}/loss"][index][:, None]
        return np.hstack([loss, gradient, activation]).astype(np.float64), index
