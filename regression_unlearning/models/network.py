"""What a network is: one module that checks its settings and builds it.

A module of this folder, or one that another package names in the entry-point group
``regression_unlearning.networks``, is a network when it has the parts of `Network`; a dataset names
it by ``model: {name: ...}``. Its settings are read before any job: torch is imported in `build`.
"""

from typing import TYPE_CHECKING, Any, Protocol

from regression_unlearning.settings.section import Section

if TYPE_CHECKING:
    from torch import nn


class Network(Protocol):
    """The parts of a network's module.

    Attributes
    ----------
    Settings : type
        Its keys under ``model`` in params.yaml; ``name`` is one: ``name: Literal["mine"]``.
    """

    Settings: type[Section]

    def build(self, settings: Section, inputs: Any, outputs: int = 1) -> "nn.Module":
        """Build a network with fresh weights, drawn from torch's global generator.

        Parameters
        ----------
        settings : Section
            An object of `Settings`.
        inputs : Inputs
            The family's inputs: the sizes that the network needs are attributes there
            (``inputs.width``), and ``inputs.batch(rows)`` is what it is called with.
        outputs : int
            Numbers in a prediction: 1, or the number of quantiles, or of classes.

        Returns
        -------
        Module
            From a batch of n rows to a Tensor (n, outputs); no row's output may depend on another
            row in evaluation mode. Methods and measures need two attributes:

            ``output``
                The last layer, a ``torch.nn.Linear`` to `outputs` numbers that is called once.
            ``layers``
                A tuple of names of submodules, from the input on, ``"output"`` the last. Methods
                compare what they return, (n, ...) (Blindspot), and train the weights inside the
                last few of them alone (CF-k, EU-k, influence): each owns weights of its own.

            A recurrent network that usually returns its last states alone may have an attribute
            ``whole`` (False), and ``sequences``: name of a layer to names of submodules that return
            (n, steps, width) while ``whole`` is True, for a method that compares every state
            (Blindspot's ``form: released``).

            Per-sample gradients have closed forms for ``Linear``, ``Conv2d`` and a plain ``LSTM``;
            any other layer that owns weights goes by ``torch.func``, which is slower, and must take
            and return Tensors whose first axis is the rows.

        Raises
        ------
        UserError
            When the inputs do not fit the network.
        """
