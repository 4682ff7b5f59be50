"""The paper's forecaster: a Temporal Fusion Transformer, one step ahead (Lim et al. 2021).

Layers, initial weights and formulas are pytorch-forecasting's. All windows here have full length
and one hour to predict, so that much of the general network's work can be left out without changing
a number: nothing is masked or packed, the customer is embedded once per window rather than once per
hour, and the attention's one query is multiplied with the keys' weights before it meets the hours.
"""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import torch
from torch import Tensor, nn

from regression_unlearning.models.modules.lstm import LSTM
from regression_unlearning.models.modules.one_query_attention import OneQueryAttention
from regression_unlearning.settings.section import Section


@cache
def library() -> ModuleType:
    """The module of pytorch-forecasting that holds the layers, loaded without its package.

    The module needs torch alone. Its package would load Lightning and scikit-learn first: three
    seconds and 300 MB in every one of a run's hundreds of jobs.
    """
    package = Path(find_spec("pytorch_forecasting").origin).parent
    file = package / "models/temporal_fusion_transformer/sub_modules.py"
    if not file.is_file():
        from pytorch_forecasting.models.temporal_fusion_transformer import sub_modules

        return sub_modules
    spec = spec_from_file_location("pytorch_forecasting_layers", file)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def resampling(before: int, after: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """Matrix of the linear interpolation of `before` numbers at `after` points, both ends kept.

    Columns are what torch's own interpolation makes of unit vectors. torch's interpolation itself
    has no deterministic backward pass on CUDA; a product with this matrix has one.

    Returns
    -------
    Tensor (before, after)
    """
    units = torch.eye(before, dtype=torch.float64)[:, None]
    matrix = nn.functional.interpolate(units, after, mode="linear", align_corners=True)[:, 0]
    return matrix.to(device, dtype)


class Resampling(nn.Module):
    """pytorch-forecasting's TimeDistributedInterpolation as a product with a fixed matrix.

    It has no weights and no buffers: a checkpoint holds what it held before.

    Parameters
    ----------
    size : int
        Numbers in the output's last dimension.
    """

    def __init__(self, size: int):
        super().__init__()
        self.size = size

    def forward(self, values: Tensor) -> Tensor:
        """Interpolate along the last dimension, in the precision of the values.

        Parameters
        ----------
        values : Tensor (..., before)

        Returns
        -------
        Tensor (..., size)
        """
        with torch.autocast(values.device.type, enabled=False):
            return values @ resampling(values.shape[-1], self.size, values.dtype, values.device)


def _with_deterministic_resampling(network: nn.Module) -> None:
    """Replace the interpolation of every layer by `Resampling`; weights stay as they are."""
    interpolation = library().TimeDistributedInterpolation
    for module in network.modules():
        layer = getattr(module, "resample", None)
        if isinstance(layer, interpolation) and not layer.trainable:
            module.resample = Resampling(layer.output_size)


class OneStepTFT(nn.Module):
    """Quantiles of the next hour's load from past load, both hours' calendars and the customer.

    Parameters
    ----------
    settings : Section
        Sizes and dropout.
    customers : int
        How many customers there are.
    known, load : sequence of str, str
        Columns of numbers: those known ahead of time, and the one that is predicted.
    outputs : int
        Quantiles.
    """

    def __init__(
        self, settings: Section, customers: int, known: Sequence[str], load: str, outputs: int
    ):
        super().__init__()
        parts = library()
        hidden, dropout = settings.hidden, settings.dropout
        width = min(settings.embedding, hidden)
        columns = dict.fromkeys([*known, load], settings.hidden_continuous)
        # in pytorch-forecasting's order: the same seed draws the same weights
        self.customer = nn.Embedding(customers, width)
        scalers = nn.ModuleDict({name: nn.Linear(1, size) for name, size in columns.items()})

        def selection(sizes: dict[str, int], **more) -> nn.Module:
            return parts.VariableSelectionNetwork(
                sizes, hidden, dropout=dropout, prescalers=scalers, **more
            )

        def residual(**more) -> nn.Module:
            return parts.GatedResidualNetwork(hidden, hidden, hidden, dropout, **more)

        self.static_variable_selection = selection(
            {"customer": width}, input_embedding_flags={"customer": True}
        )
        ahead = {name: columns[name] for name in known}
        self.encoder_variable_selection = selection(columns, context_size=hidden)
        self.decoder_variable_selection = selection(ahead, context_size=hidden)
        self.context_of_selection = residual()
        self.context_of_hidden = residual()
        self.context_of_cell = residual()
        self.context_of_enrichment = residual()
        self.lstm_encoder = LSTM(hidden, hidden, batch_first=True)
        self.lstm_decoder = LSTM(hidden, hidden, batch_first=True)
        self.lstm_gate = parts.GatedLinearUnit(hidden, dropout=dropout)
        self.lstm_norm = parts.AddNorm(hidden, trainable_add=False)
        self.static_enrichment = residual(context_size=hidden)
        self.attention = OneQueryAttention(
            parts.InterpretableMultiHeadAttention(settings.heads, hidden, dropout)
        )
        self.post_attention = parts.GateAddNorm(hidden, dropout=dropout)
        self.feed_forward = residual()
        self.pre_output = parts.GateAddNorm(hidden)
        self.output = nn.Linear(hidden, outputs)
        _with_deterministic_resampling(self)

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the activations that methods may compare, from the input on.

        The first three are sequences (batch, hours, width), the others vectors (batch, width).
        """
        return (
            "encoder_variable_selection",
            "lstm_encoder",
            "static_enrichment",
            "attention",
            "post_attention",
            "feed_forward",
            "pre_output",
            "output",
        )

    def forward(self, x: dict[str, Tensor]) -> Tensor:
        """Predict the quantiles of the next hour's load, scaled: Tensor (batch, quantiles).

        Parameters
        ----------
        x : dict of Tensor
            See ``Inputs.batch`` of `data.families.load_windows.batch`.
        """
        customer = {"customer": self.customer(x["decoder_cat"][:, 0, 0])}
        static, _ = self.static_variable_selection(customer)
        selection = self.context_of_selection(static)[:, None]
        past = self._selected(self.encoder_variable_selection, x["encoder_cont"], selection)
        now = self._selected(self.decoder_variable_selection, x["decoder_cont"], selection)
        state = self.context_of_hidden(static)[None], self.context_of_cell(static)[None]
        before, state = self.lstm_encoder(past, state)
        after, _ = self.lstm_decoder(now, state)
        local = self.lstm_norm(
            self.lstm_gate(torch.cat([before, after], 1)), torch.cat([past, now], 1)
        )
        enriched = self.static_enrichment(local, self.context_of_enrichment(static)[:, None])
        attended = self.post_attention(self.attention(enriched), enriched[:, -1])
        return self.output(self.pre_output(self.feed_forward(attended), local[:, -1]))

    @staticmethod
    def _selected(selection: nn.Module, values: Tensor, context: Tensor) -> Tensor:
        """Run one variable selection network over its columns (batch, hours, columns)."""
        names = selection.input_sizes
        columns = {name: values[..., n : n + 1] for n, name in enumerate(names)}
        return selection(columns, context)[0]
