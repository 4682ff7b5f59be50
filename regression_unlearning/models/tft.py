"""The paper's forecaster: a Temporal Fusion Transformer, one step ahead (Lim et al. 2021).

Weights, their initial values and every formula are pytorch-forecasting's; its Lightning trainer,
its data set and its plotting are left behind. All windows here have full length and one step to
predict, so that much of the general network's work falls away without changing a number: nothing
is masked or packed, the customer is embedded once a window rather than once an hour, and the one
query of the attention is multiplied into the keys' weights before it meets the 169 hours.
"""

import torch
from torch import Tensor, nn

from regression_unlearning.settings.networks import TFT


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
        self.queries, self.keys = attention.q_layers, attention.k_layers
        self.dropout = attention.dropout

    def forward(self, hours: Tensor) -> Tensor:
        """Attend from the last of the hours (batch, hours, width): Tensor (batch, width)."""
        asked, offset = [], []
        for query, key in zip(self.queries, self.keys, strict=True):
            q = query(hours[:, -1]) / key.out_features**0.5
            asked.append(q @ key.weight)
            offset.append(q @ key.bias)
        scores = torch.stack(asked, 1) @ hours.transpose(1, 2) + torch.stack(offset, 1)[:, :, None]
        # an hour to predict does not look at itself
        seen = scores[:, :, :-1].softmax(2) @ hours[:, :-1]
        heads = self.dropout(self.values(seen))
        return self.dropout(self.joined(heads.mean(1)))


class OneStepTFT(nn.Module):
    """Past load and calendar, the next hour's calendar and the customer, to quantiles of the load.

    Parameters
    ----------
    network : TemporalFusionTransformer
        pytorch-forecasting's network, fresh; its layers become this one's.
    """

    def __init__(self, network: nn.Module):
        super().__init__()
        self.customer = network.input_embeddings.embeddings["customer"]
        self.static_variable_selection = network.static_variable_selection
        self.encoder_variable_selection = network.encoder_variable_selection
        self.decoder_variable_selection = network.decoder_variable_selection
        self.context_of_selection = network.static_context_variable_selection
        self.context_of_hidden = network.static_context_initial_hidden_lstm
        self.context_of_cell = network.static_context_initial_cell_lstm
        self.context_of_enrichment = network.static_context_enrichment
        self.lstm_encoder, self.lstm_decoder = network.lstm_encoder, network.lstm_decoder
        self.lstm_gate = network.post_lstm_gate_encoder
        self.lstm_norm = network.post_lstm_add_norm_encoder
        self.static_enrichment = network.static_enrichment
        self.attention = OneQueryAttention(network.multihead_attn)
        self.post_attention = network.post_attn_gate_norm
        self.feed_forward = network.pos_wise_ff
        self.pre_output = network.pre_output_gate_norm
        self.output = network.output_layer

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


def build(settings: TFT, inputs, outputs: int = 3) -> OneStepTFT:
    """Make a network with fresh weights, drawn from torch's global generator."""
    from pytorch_forecasting import TemporalFusionTransformer
    from pytorch_forecasting.metrics import QuantileLoss

    known, load = list(inputs.known), inputs.load
    return OneStepTFT(
        TemporalFusionTransformer(
            hidden_size=settings.hidden,
            hidden_continuous_size=settings.hidden_continuous,
            attention_head_size=settings.heads,
            dropout=settings.dropout,
            output_size=outputs,
            loss=QuantileLoss(),  # not used: the project's own loss is
            logging_metrics=nn.ModuleList(),
            max_encoder_length=inputs.history,
            static_categoricals=["customer"],
            time_varying_reals_encoder=[*known, load],
            time_varying_reals_decoder=known,
            x_reals=[*known, load],
            x_categoricals=["customer"],
            embedding_sizes={"customer": (inputs.customers, settings.embedding)},
        )
    )
