"""The paper's forecaster: a Temporal Fusion Transformer, one step ahead (Lim et al. 2021).

Layers, initial weights and formulas are pytorch-forecasting's. All windows here have full length
and one hour to predict, so that much of the general network's work falls away without changing a
number: nothing is masked or packed, the customer is embedded once a window rather than once an
hour, and the attention's one query is multiplied into the keys' weights before it meets the hours.
"""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import torch
from torch import Tensor, nn

from regression_unlearning.settings.section import Section


@cache
def library() -> ModuleType:
    """The module of pytorch-forecasting that holds the layers, and nothing else of it.

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
    """Linear interpolation of `before` numbers at `after` places, both ends kept: (before, after).

    Columns are what torch's own interpolation makes of unit vectors. torch's interpolation itself
    has no deterministic backward pass on CUDA; a product with this matrix has one.
    """
    units = torch.eye(before, dtype=torch.float64)[:, None]
    found = nn.functional.interpolate(units, after, mode="linear", align_corners=True)[:, 0]
    return found.to(device, dtype)


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
        """From values (..., before) to Tensor (..., size), in the precision of the values."""
        with torch.autocast(values.device.type, enabled=False):
            return values @ resampling(values.shape[-1], self.size, values.dtype, values.device)


def _with_deterministic_resampling(network: nn.Module) -> None:
    """Put `Resampling` into every layer that resamples; its weights stay as they are."""
    theirs = library().TimeDistributedInterpolation
    for module in network.modules():
        found = getattr(module, "resample", None)
        if isinstance(found, theirs) and not found.trainable:
            module.resample = Resampling(found.output_size)


class Key(nn.Module):
    """A head's key layer, turned round to meet the query before it meets the hours.

    As a layer of its own it is seen by whoever looks at each layer's input and gradient.

    Parameters
    ----------
    key : Linear
        Whose weights are used, under their own names.
    """

    def __init__(self, key: nn.Linear):
        super().__init__()
        self.weight, self.bias = key.weight, key.bias

    def forward(self, query: Tensor) -> Tensor:
        """From q (batch, head) to K' q and, as last column, q . b: Tensor (batch, width + 1)."""
        return torch.cat([query @ self.weight, (query @ self.bias)[:, None]], 1)


class OneQueryAttention(nn.Module):
    """Interpretable multi-head attention of the last hour over all hours.

    The heads share their values, and a softmax sums to 1. So the mean of the heads' weights times
    the hours, taken through the value layer once, is what the general form computes; likewise
    q . (K x + b) = (K' q) . x + q . b.

    Parameters
    ----------
    attention : InterpretableMultiHeadAttention
        pytorch-forecasting's, whose weights are used.
    """

    def __init__(self, attention: nn.Module):
        super().__init__()
        self.heads = attention.n_head
        self.values, self.joined = attention.v_layer, attention.w_h
        self.queries = attention.q_layers
        self.keys = nn.ModuleList(Key(layer) for layer in attention.k_layers)
        self.dropout = attention.dropout

    def forward(self, hours: Tensor) -> Tensor:
        """Attend from the last of the hours (batch, hours, width): Tensor (batch, width)."""
        asked = torch.stack(
            [
                key(query(hours[:, -1]) / query.out_features**0.5)
                for query, key in zip(self.queries, self.keys, strict=True)
            ],
            1,
        )
        scores = asked[:, :, :-1] @ hours.transpose(1, 2) + asked[:, :, -1:]
        # an hour to predict does not look at itself
        seen = scores[:, :, :-1].softmax(2) @ hours[:, :-1]
        heads = self.dropout(self.values(seen))
        return self.dropout(self.joined(heads.mean(1)))


class OneStepTFT(nn.Module):
    """Past load and calendar, the next hour's calendar and the customer, to quantiles of the load.

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
        self.lstm_encoder = nn.LSTM(hidden, hidden, batch_first=True)
        self.lstm_decoder = nn.LSTM(hidden, hidden, batch_first=True)
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
        """Predict from the dictionary of `data.load_windows`: Tensor (batch, quantiles)."""
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
