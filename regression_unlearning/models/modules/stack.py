"""A network for images as a stack: named layers of feature maps, their mean, a linear layer."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from regression_unlearning.errors import UserError


class Stack(nn.Module):
    """Layers of feature maps in sequence, the mean over positions, and `output`.

    Any height and width that the layers accept will do, 32 and 224 alike. Feature maps lie in
    memory channels last, which is a tenth faster on a CPU; weights keep their layout. The last
    layer is float32 also under autocast: a target such as an age has more digits than bfloat16.

    Parameters
    ----------
    maps : mapping of str to Module
        Layers from (batch, channels, height, width) to feature maps, in their order; a name is one
        word.
    width : int
        Channels of the last layer.
    outputs : int
        Numbers in a prediction.
    dropout : float
        Share of the means that is dropped in training, before `output`.
    """

    def __init__(
        self, maps: Mapping[str, nn.Module], width: int, outputs: int = 1, dropout: float = 0.0
    ):
        super().__init__()
        self.maps = nn.ModuleDict(maps)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(width, outputs)

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the activations that methods may compare, from the input on."""
        return (*(f"maps.{name}" for name in self.maps), "output")

    def forward(self, images: Tensor) -> Tensor:
        """Predict from images.

        Parameters
        ----------
        images : Tensor (batch, channels, height, width)

        Returns
        -------
        Tensor (batch, outputs)
        """
        images = images.contiguous(memory_format=torch.channels_last)
        for layer in self.maps.values():
            images = layer(images)
        means = self.dropout(images.mean((2, 3)))
        with torch.autocast(means.device.type, enabled=False):
            return self.output(means.to(self.output.weight.dtype))


def three(inputs, name: str) -> None:
    """Check that images have three channels.

    Parameters
    ----------
    inputs : Inputs
        The images.
    name : str
        The network, for the message.

    Raises
    ------
    UserError
        When they have another number.
    """
    if inputs.channels != 3:
        raise UserError(
            f"{name} reads images of 3 channels, these have {inputs.channels}: "
            "set the dataset's source.channels to 3, or choose the network allcnn."
        )
