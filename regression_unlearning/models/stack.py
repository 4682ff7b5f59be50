"""A network for images as one stack: named layers of feature maps, their mean, a linear layer."""

from collections.abc import Mapping

from torch import Tensor, nn


class Stack(nn.Module):
    """Layers of feature maps one after the other, the mean over positions, and `output`.

    Any height and width that the layers take will do: 32 and 224 alike.

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
        """Predict from images (batch, channels, height, width): Tensor (batch, outputs)."""
        for layer in self.maps.values():
            images = layer(images)
        return self.output(self.dropout(images.mean((2, 3))))
