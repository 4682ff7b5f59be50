"""What was seen of a model: plain arrays in one ``.npz``, read by numpy alone.

For each part P of retain, forget (both of the training set), validation, test, and unseen_test
where the dataset has such rows (see `data.splits`):

``P/row_id``           int32 (n,)    row numbers, as in the dataset's rows.csv
``P/target``           float32 (n,)
``P/prediction``       float32 (n,)  the point forecast, or the likeliest class
``P/loss``             float32 (n,)  the training loss of the row
``P/logits``           float32 (n, C)  of a target that is a class alone: the network's C outputs
``P/output_gradient``  float32 (n, q)  derivative of that loss by the network's q outputs
``P/activation_index`` int32 (m,)    which of the n rows have an activation
``P/activation``       float32 (m, d)  what the last, linear layer is given
``P/earlier``          float32 (m, e)  an earlier layer's activations, where the settings ask for it

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
    def of_classes(self) -> bool:
        """Whether targets are classes, not numbers."""
        return "forget/logits" in self.arrays

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

    def probabilities(self, part: str, *, like_forget: bool | None = None) -> "np.ndarray":
        """Of each class: float64 array (n, C)."""
        from scipy.special import softmax

        return softmax(self.of(part, "logits", like_forget=like_forget).astype(float), axis=1)

    def errors(self, part: str, *, like_forget: bool | None = None) -> "np.ndarray":
        """What `evaluation.errors.error` averages: losses; of classes 1 for a wrong one: (n,)."""
        if not self.of_classes:
            return self.of(part, "loss", like_forget=like_forget)
        target = self.of(part, "target", like_forget=like_forget)
        return (self.of(part, "prediction", like_forget=like_forget) != target).astype(float)

    def residuals(self, part: str) -> "np.ndarray":
        """|prediction - target|; of classes 1 minus the true one's probability: float64 (n,)."""
        import numpy as np

        target = self.of(part, "target").astype(np.float64)
        if not self.of_classes:
            return np.abs(self.of(part, "prediction") - target)
        return 1 - self.probabilities(part)[np.arange(len(target)), target.astype(int)]

    def label(self, part: str) -> "np.ndarray":
        """The target as a classifier reads it: float64 (n, 1); of classes (n, C), 1 for its own."""
        import numpy as np

        target = self.of(part, "target").astype(np.float64)[:, None]
        if not self.of_classes:
            return target
        return (target == np.arange(self.arrays[f"{part}/logits"].shape[1])).astype(np.float64)

    def comparable(self, part: str, *, like_forget: bool | None = None) -> "np.ndarray":
        """The array by which two models are compared: the mean of |difference| over it.

        Predictions (n,); of classes probabilities (n C,) times C / 2: the mean of |difference| is
        then the mean over rows of the total variation.
        """
        if not self.of_classes:
            return self.of(part, "prediction", like_forget=like_forget)
        shares = self.probabilities(part, like_forget=like_forget)
        return (shares * (shares.shape[1] / 2)).ravel()

    def outputs(self, part: str) -> "np.ndarray":
        """What an attack reads of the outputs: float64 (n, 1), the loss.

        Of classes (n, 3): the loss, the likeliest class's probability, the entropy.
        """
        import numpy as np
        from scipy.special import entr

        loss = self.of(part, "loss")[:, None].astype(np.float64)
        if not self.of_classes:
            return loss
        shares = self.probabilities(part)
        return np.column_stack([loss, shares.max(1), entr(shares).sum(1)])

    @cached_property
    def weight(self) -> "np.ndarray":
        """The last layer's weight (q, d)."""
        return self.arrays["last_layer/weight"]

    def features(
        self, part: str, *, like_forget: bool | None = None
    ) -> tuple["np.ndarray", "np.ndarray"]:
        """What the paper's membership attack looks at, for the rows that have activations.

        Loss, the loss's gradient at the penultimate layer, and the penultimate activation
        (Section 5); of classes confidence and entropy too, after the loss: see `outputs`.

        Returns
        -------
        features : float64 array (m, 1 + d + d), of classes (m, 3 + d + d)
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
        said = self.outputs(part)[index]
        return np.hstack([said, gradient, activation]).astype(np.float64), index
