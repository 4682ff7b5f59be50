"""The paper's text network: one LSTM read by both sentences, then a head of linear layers."""

import torch
from torch import Tensor, nn

from regression_unlearning.models.modules.left_padded import last_state
from regression_unlearning.models.modules.lstm import LSTM
from regression_unlearning.settings.section import Section


def on_cpu(words: Tensor) -> bool:
    """Whether words lie on a CPU, where padding costs time; a GPU's library is faster with it.

    Parameters
    ----------
    words : Tensor
        Of any shape.
    """
    return words.device.type == "cpu"


class SentencePairLSTM(nn.Module):
    """LSTM shared by both sentences, dropout, linear layers with ReLU, one linear output layer.

    While `whole` is True, each sentence's states after every word pass through dropout, and the
    last ones go on: the same network, whose layers of `sequences` can then be read.

    Parameters
    ----------
    width : int
        Numbers in a word vector.
    settings : Section
        Hidden units, dropout and the sizes of the head's layers.
    outputs : int
        Numbers in a prediction.
    """

    def __init__(self, width: int, settings: Section, outputs: int = 1):
        super().__init__()
        self.lstm = LSTM(width, settings.hidden, batch_first=True)
        self.sentences = nn.Dropout(settings.dropout)
        self.states = nn.ModuleList(nn.Dropout(settings.dropout) for _ in range(2))
        self.whole = False
        sizes = [2 * settings.hidden, *settings.head]
        self.head = nn.ModuleList(
            nn.Sequential(nn.Linear(before, after), nn.ReLU())
            for before, after in zip(sizes[:-1], sizes[1:], strict=True)
        )
        self.output = nn.Linear(sizes[-1], outputs)

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the activations that methods may compare, from the input on."""
        return ("sentences", *(f"head.{n}" for n in range(len(self.head))), "output")

    @property
    def sequences(self) -> dict[str, tuple[str, ...]]:
        """Layer of last states to the layers that return the states after every word."""
        return {"sentences": tuple(f"states.{n}" for n in range(len(self.states)))}

    def _read(self, words: Tensor) -> Tensor:
        """Last states of single sentences; in training on a CPU the padding is skipped."""
        if self.training and on_cpu(words):
            return last_state(self.lstm, words)
        return self.lstm(words)[1][0][-1]

    def forward(self, words: Tensor) -> Tensor:
        """Predict from word vectors.

        Parameters
        ----------
        words : Tensor (batch, 2, tokens, width)

        Returns
        -------
        Tensor (batch, outputs)
        """
        if self.whole:
            after = self.lstm(words.flatten(0, 1))[0].unflatten(0, words.shape[:2])
            states = [layer(after[:, n]) for n, layer in enumerate(self.states)]
            hidden = torch.cat([state[:, -1] for state in states], 1)
        else:
            hidden = self.sentences(self._read(words.flatten(0, 1)).reshape(len(words), -1))
        for layer in self.head:
            hidden = layer(hidden)
        return self.output(hidden)
