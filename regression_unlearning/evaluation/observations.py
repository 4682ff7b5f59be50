"""Observations of a model: plain arrays in one ``.npz`` file, read by numpy alone.

For each part P of retain, forget (both of the training set), validation, test, and unseen_test
where the dataset has such rows (see `data.splits`):

``P/row_id``           int32 (n,)    row numbers, as in the dataset's rows.csv
``P/target``           float32 (n,)
``P/prediction``       float32 (n,)  the point forecast, or the likeliest class
``P/loss``             float32 (n,)  the training loss of the row
``P/logits``           float32 (n, C)  only where targets are classes: the network's C outputs
``P/output_gradient``  float32 (n, q)  derivative of that loss by the network's q outputs
``P/activation_index`` int32 (m,)    which of the n rows have an activation
``P/activation``       float32 (m, d)  input of the last, linear layer
``P/earlier``          float32 (m, e)  an earlier layer's activations, where the settings ask for it

``test/like_forget`` (n,), and the same for the other held-out parts, is bool and marks rows that
the forget set's choice would take. ``last_layer/weight`` (q, d) and ``last_layer/bias`` (q,)
complete the per-sample gradients: the derivative by the last layer's weight is the outer product of
output gradient and activation; the derivative by the activation is the output gradient times the
weight. ``loss`` names the loss; ``quantiles`` (q,) are those of the quantile loss.
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

        Parameters
        ----------
        path : str or Path
            The ``.npz`` file.

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
        """The part whose rows attacks and probes take as never seen in training.

        ``unseen_test`` if there is one, else ``test``. A dataset has ``unseen_test`` where test
        rows differ from training rows in another way too, such as later hours, by which an attack
        would tell them apart.
        """
        return UNSEEN_TEST if f"{UNSEEN_TEST}/row_id" in self.arrays else "test"

    def of(self, part: str, name: str, *, like_forget: bool | None = None) -> "np.ndarray":
        """One array of one part.

        Parameters
        ----------
        part : str
            Such as ``"forget"``; see `PARTS`.
        name : str
            Such as ``"prediction"``; see the module.
        like_forget : bool, optional
            Of a held-out part, take only the rows that are like the forget set (True) or unlike it
            (False).
        """
        values = self.arrays[f"{part}/{name}"]
        if like_forget is None:
            return values
        return values[self.arrays[f"{part}/like_forget"] == like_forget]

    def probabilities(self, part: str, *, like_forget: bool | None = None) -> "np.ndarray":
        """Probability of each class, the softmax of the logits: float64 array (n, C)."""
        from scipy.special import softmax

        return softmax(self.of(part, "logits", like_forget=like_forget).astype(float), axis=1)

    def errors(self, part: str, *, like_forget: bool | None = None) -> "np.ndarray":
        """Input of `errors.error`: losses, or for classes 1 for each wrong class: array (n,)."""
        if not self.of_classes:
            return self.of(part, "loss", like_forget=like_forget)
        target = self.of(part, "target", like_forget=like_forget)
        return (self.of(part, "prediction", like_forget=like_forget) != target).astype(float)

    def residuals(self, part: str) -> "np.ndarray":
        """|prediction - target|, or 1 minus the true class's probability: float64 array (n,)."""
        import numpy as np

        target = self.of(part, "target").astype(np.float64)
        if not self.of_classes:
            return np.abs(self.of(part, "prediction") - target)
        return 1 - self.probabilities(part)[np.arange(len(target)), target.astype(int)]

    def label(self, part: str) -> "np.ndarray":
        """The target as an input: float64 array (n, 1); classes are one-hot, (n, C)."""
        import numpy as np

        target = self.of(part, "target").astype(np.float64)[:, None]
        if not self.of_classes:
            return target
        return (target == np.arange(self.arrays[f"{part}/logits"].shape[1])).astype(np.float64)

    def comparable(self, part: str, *, like_forget: bool | None = None) -> "np.ndarray":
        """The array by which two models are compared: the mean of |difference| over it.

        Predictions (n,), or for classes probabilities (n C,) times C / 2: the mean of |difference|
        is then the mean over rows of the total variation distance.
        """
        if not self.of_classes:
            return self.of(part, "prediction", like_forget=like_forget)
        shares = self.probabilities(part, like_forget=like_forget)
        return (shares * (shares.shape[1] / 2)).ravel()

    def outputs(self, part: str) -> "np.ndarray":
        """Features of the outputs for an attack.

        Returns
        -------
        float64 array (n, 1) or (n, 3)
            The loss; for classes also the likeliest class's probability, and the entropy in nats.
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
        """The last layer's weight: float32 array (q, d)."""
        return self.arrays["last_layer/weight"]

    def features(
        self, part: str, *, like_forget: bool | None = None
    ) -> tuple["np.ndarray", "np.ndarray"]:
        """Features of the paper's membership attack, for the rows that have activations.

        Loss, the loss's gradient at the penultimate layer, and the penultimate activation
        (paper, Section 5); for classes confidence and entropy too, after the loss: see `outputs`.

        Parameters
        ----------
        part, like_forget
            See `of`.

        Returns
        -------
        features : float64 array (m, 1 + d + d), for classes (m, 3 + d + d)
        index : int array (m,)
            Row numbers within the part.
        """
        import numpy as np

        index = self.arrays[f"{part}/activation_index"]
        activation = self.arrays[f"{part}/activation"]
        if like_forget is not None:
            chosen = self.arrays[f"{part}/like_forget"][index] == like_forget
            index, activation = index[chosen], activation[chosen]
        gradient = self.arrays[f"{part}/output_gradient"][index] @ self.weight
        outputs = self.outputs(part)[index]
        return np.hstack([outputs, gradient, activation]).astype(np.float64), index
