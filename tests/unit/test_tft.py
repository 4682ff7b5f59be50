"""The forecaster against pytorch-forecasting's own network: weights, predictions, gradients."""

import copy
from types import SimpleNamespace

import pytest
import torch
from rounding import close, depth
from torch import nn

from regression_unlearning.models.modules import one_step_tft as tft
from regression_unlearning.models.modules.activations import penultimate, recorded
from regression_unlearning.models.modules.build import build
from regression_unlearning.models.tft import Settings as TFT
from regression_unlearning.training.gradients import one_by_one
from regression_unlearning.training.per_sample import summed_gradients

HISTORY, KNOWN = 20, ("hour_of_day", "day_of_week", "time_index")
INPUTS = SimpleNamespace(customers=5, known=KNOWN, load="load", history=HISTORY, device="cpu")
SETTINGS = TFT(name="tft", hidden=8, hidden_continuous=4, embedding=3, heads=2, dropout=0.1)
#: Our names of pytorch-forecasting's layers, where they differ.
NAMES = {
    "customer": "input_embeddings.embeddings.customer",
    "context_of_selection": "static_context_variable_selection",
    "context_of_hidden": "static_context_initial_hidden_lstm",
    "context_of_cell": "static_context_initial_cell_lstm",
    "context_of_enrichment": "static_context_enrichment",
    "lstm_gate": "post_lstm_gate_encoder",
    "lstm_norm": "post_lstm_add_norm_encoder",
    "attention": "multihead_attn",
    "post_attention": "post_attn_gate_norm",
    "feed_forward": "pos_wise_ff",
    "pre_output": "pre_output_gate_norm",
    "output": "output_layer",
    "values": "v_layer",
    "joined": "w_h",
    "queries": "q_layers",
    "keys": "k_layers",
}


def theirs(name: str) -> str:
    first, *rest = name.split(".")
    rest = [NAMES.get(part, part) for part in rest] if first == "attention" else rest
    return ".".join([NAMES.get(first, first), *rest])


@pytest.fixture(scope="module")
def library():
    from pytorch_forecasting import TemporalFusionTransformer
    from pytorch_forecasting.data.encoders import TorchNormalizer

    columns = [*KNOWN, "load"]
    with torch.random.fork_rng():
        torch.manual_seed(3)
        return TemporalFusionTransformer(
            hidden_size=8,
            hidden_continuous_size=4,
            attention_head_size=2,
            dropout=0.1,
            output_size=3,
            logging_metrics=nn.ModuleList(),
            max_encoder_length=HISTORY,
            static_categoricals=["customer"],
            time_varying_reals_encoder=columns,
            time_varying_reals_decoder=list(KNOWN),
            x_reals=columns,
            x_categoricals=["customer"],
            embedding_sizes={"customer": (5, 3)},
            output_transformer=TorchNormalizer(method="identity"),
        )


def windows(n=6, dtype=torch.float32):
    generator = torch.Generator().manual_seed(0)
    customer = torch.randint(0, 5, (n, 1, 1), generator=generator)
    values = torch.randn(n, HISTORY + 1, 4, generator=generator, dtype=torch.float64).to(dtype)
    return {
        "encoder_cat": customer.expand(-1, HISTORY, 1),
        "encoder_cont": values[:, :HISTORY],
        "encoder_lengths": torch.full((n,), HISTORY),
        "decoder_cat": customer,
        "decoder_cont": values[:, HISTORY:],
        "decoder_lengths": torch.ones(n, dtype=torch.int64),
        "target_scale": torch.tensor([[0.0, 1.0]], dtype=dtype).expand(n, 2),
    }


def test_the_same_seed_draws_the_weights_of_pytorch_forecasting(library):
    ours = dict(build(SETTINGS, INPUTS, 3, 3).named_parameters())
    wanted = dict(library.named_parameters(remove_duplicate=False))
    for name, weight in ours.items():
        assert torch.equal(weight, wanted[theirs(name)]), name
    assert sum(weight.numel() for weight in ours.values()) == sum(
        weight.numel() for weight in library.parameters()
    )


def test_predictions_and_gradients_are_those_of_pytorch_forecasting(library):
    """In double precision, without dropout, down to rounding."""
    ours = build(SETTINGS, INPUTS, 3, 3).double().eval()
    full = copy.deepcopy(library).double().eval()
    x = windows(dtype=torch.float64)
    torch.manual_seed(1)
    for weight in ours.parameters():  # norms and biases that start at 0 or 1 would hide mistakes
        weight.data += 0.3 * torch.randn_like(weight)
    wanted = dict(full.named_parameters(remove_duplicate=False))
    for name, weight in ours.named_parameters():
        wanted[theirs(name)].data.copy_(weight)
    count = depth(ours, HISTORY)
    close(ours(x), full(x)["prediction"][:, 0], count, dtype="float64")
    ours(x).square().sum().backward()
    full(x)["prediction"].square().sum().backward()
    largest = max(weight.grad.abs().max() for weight in ours.parameters())
    for name, weight in ours.named_parameters():
        gradient = wanted[theirs(name)].grad
        close(weight.grad, gradient, 2 * count, largest, "float64", what=name)


def test_squares_of_each_row_s_gradient_have_their_fast_form():
    """All parameters, in double precision, against one backward pass a row."""
    model = build(SETTINGS, INPUTS, 3, 3).double().eval()
    x = windows(n=5, dtype=torch.float64)
    torch.manual_seed(1)
    for weight in model.parameters():
        weight.data += 0.3 * torch.randn_like(weight)

    def value(output):
        return output.square().sum(1)

    found = summed_gradients(model, x, value)
    wanted = one_by_one(model, x, value)
    assert found.keys() == wanted.keys()
    largest = max(squares.max() for squares in wanted.values())
    for name, squares in wanted.items():
        close(found[name], squares, 4 * depth(model, HISTORY), largest, "float64", what=name)
        is_bias_of_key = name.startswith("attention.keys") and name.endswith("bias")
        assert is_bias_of_key or squares.any(), name  # a softmax does not see its inputs' shift


@pytest.mark.parametrize(("before", "after"), [(3, 8), (4, 8), (16, 8), (8, 8), (5, 1), (1, 4)])
def test_resampling_is_that_of_pytorch_forecasting(before, after):
    """Forward and backward: each number is a sum of two, each rounded three times at most."""
    values = torch.randn(2, 6, before, generator=torch.Generator().manual_seed(0))
    ours, theirs = values.clone().requires_grad_(), values.clone().requires_grad_()
    found = tft.Resampling(after)(ours)
    wanted = tft.library().TimeDistributedInterpolation(after, batch_first=True)(theirs)
    rounding = 2.0**-24 * 8 * max(before, after)
    torch.testing.assert_close(found, wanted, rtol=0, atol=rounding * values.abs().max().item())
    given = torch.randn(found.shape, generator=torch.Generator().manual_seed(1))
    found.backward(given)
    wanted.backward(given)
    most = given.abs().sum(-1).max().item()
    torch.testing.assert_close(ours.grad, theirs.grad, rtol=0, atol=rounding * most)


def test_resampling_adds_nothing_to_a_checkpoint_and_none_of_torch_s_is_left():
    model = build(SETTINGS, INPUTS, 3, 3)
    kinds = {type(module).__name__ for module in model.modules()}
    assert "Resampling" in kinds
    assert "TimeDistributedInterpolation" not in kinds
    assert model.state_dict().keys() == dict(model.named_parameters(remove_duplicate=False)).keys()


def test_named_activations_and_the_penultimate_one():
    model = build(SETTINGS, INPUTS, 0, 3).eval()
    with recorded(model, model.layers) as seen, penultimate(model) as last:
        output = model(windows())
    shapes = {name: tuple(activation.shape) for name, activation in seen.items()}
    assert shapes == {
        "encoder_variable_selection": (6, HISTORY, 8),
        "lstm_encoder": (6, HISTORY, 8),
        "static_enrichment": (6, HISTORY + 1, 8),
        "attention": (6, 8),
        "post_attention": (6, 8),
        "feed_forward": (6, 8),
        "pre_output": (6, 8),
        "output": (6, 3),
    }
    weight, bias = model.output.weight, model.output.bias
    magnitude = last["activation"].abs() @ weight.abs().T + bias.abs()
    close(last["activation"] @ weight.T + bias, output, 9, magnitude)


def test_layers_come_without_the_rest_of_the_library():
    """A job must not pay for Lightning: seconds and hundreds of megabytes."""
    import subprocess
    import sys

    code = (
        "import sys; from regression_unlearning.models.modules import one_step_tft as tft; "
        "tft.library();"
        "assert not {'lightning', 'pytorch_forecasting', 'sklearn'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
