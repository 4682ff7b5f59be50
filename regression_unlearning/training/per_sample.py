"""Squared gradients of each row, summed over a batch, at about the price of one backward pass.

One backward pass stops at the outputs of the layers that own weights; from a layer's input and its
output's gradient, each row's weight gradient follows in closed form (linear, convolution, LSTM) or
by torch.func (any other layer). A layer may be used several times, and may fold neighbouring
positions of one row into its batch (as a network does that reads both sentences of a pair as two
rows): row n of B is then positions n*r to n*r + r - 1 of B*r.
"""

from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, vjp, vmap

from regression_unlearning.training.lstm_gradients import through_time

#: One use of a layer: its input, its initial state if given, its outputs.
Call = tuple[Tensor, Any, tuple[Tensor, ...]]
Squares = dict[str, Tensor]


def squared_gradients(
    model: nn.Module, inputs: Any, value: Callable[[Tensor], Tensor]
) -> dict[str, Tensor]:
    """Sum over a batch's rows of the squares of each row's gradient.

    Parameters
    ----------
    model : Module
        In a mode in which rows do not see each other; gradients are on.
    inputs : object
        What the model reads.
    value : callable
        From the model's output (batch, q) to what is differentiated, one number a row.

    Returns
    -------
    dict of Tensor
        Name of each parameter that needs a gradient to Tensor of its shape.

    Raises
    ------
    NotImplementedError
        For a layer that no closed form here fits and torch.func cannot take.
    """
    with _recorded(model) as calls:
        numbers = value(model(inputs))
    outputs = [output for uses in calls.values() for _, _, found in uses for output in found]
    gradients = iter(torch.autograd.grad(numbers.sum(), outputs, allow_unused=True))
    names = {id(weight): name for name, weight in model.named_parameters()}
    total = {
        name: torch.zeros_like(weight)
        for name, weight in model.named_parameters()
        if weight.requires_grad
    }
    with torch.no_grad():
        for module, uses in calls.items():
            given = [[next(gradients) for _ in found] for _, _, found in uses]
            for own, squares in _rule(module)(module, uses, given, len(numbers)).items():
                name = names[id(getattr(module, own))]
                if name in total:
                    total[name] += squares
    return total


@contextmanager
def _recorded(model: nn.Module):
    """Collect the uses of every layer with trainable weights of its own, in their order."""
    calls: dict[nn.Module, list[Call]] = {}

    def hook(module, args, kwargs, output):
        found = _tensors(output)
        if not isinstance(args[0], Tensor) or not all(part.is_floating_point() for part in found):
            raise NotImplementedError(f"{type(module).__name__}: its input is no tensor")
        state = args[1] if len(args) > 1 else kwargs.get("hx")
        calls.setdefault(module, []).append((args[0].detach(), state, found))
        return _copied(output)  # what follows may change the layer's output in place

    handles = [
        module.register_forward_hook(hook, with_kwargs=True)
        for module in model.modules()
        if any(weight.requires_grad for weight in module.parameters(recurse=False))
    ]
    try:
        yield calls
    finally:
        for handle in handles:
            handle.remove()


def _tensors(output: Any) -> tuple[Tensor, ...]:
    if isinstance(output, Tensor):
        return (output,)
    return tuple(tensor for part in output for tensor in _tensors(part))


def _copied(output: Any) -> Any:
    return output.clone() if isinstance(output, Tensor) else tuple(_copied(part) for part in output)


def _rule(module: nn.Module):
    for kind, rule in ((nn.Linear, _linear), (nn.LSTM, _lstm), (nn.Conv2d, _convolution)):
        if isinstance(module, kind):
            return rule
    return _other


def _by_row(values: Tensor, rows: int, width: int) -> Tensor:
    """Bring (rows * r, ..., width) into the form (rows, positions, width)."""
    return values.reshape(rows, -1, width)


def _of_products(first: Tensor, second: Tensor) -> Tensor:
    """Sum over rows of the squared sums over positions of first x second: Tensor (p, q).

    Parameters
    ----------
    first, second : Tensor (rows, positions, p), Tensor (rows, positions, q)
    """
    if first.shape[1] == 1:
        return first[:, 0].square().T @ second[:, 0].square()
    return torch.bmm(first.transpose(1, 2), second).square_().sum(0)


def _both(module: nn.Module, gradients: Tensor, inputs: Tensor) -> Squares:
    squares = {"weight": _of_products(gradients, inputs)}
    if module.bias is not None:
        squares["bias"] = gradients.sum(1).square().sum(0)
    return squares


def _linear(module: nn.Linear, uses: list[Call], given: list, rows: int) -> Squares:
    used = [
        (value, gradient)
        for (value, _, _), (gradient,) in zip(uses, given, strict=True)
        if gradient is not None
    ]
    if not used:
        return {}
    inputs = [_by_row(value, rows, module.in_features) for value, _ in used]
    gradients = [_by_row(gradient, rows, module.out_features) for _, gradient in used]
    return _both(module, torch.cat(gradients, 1), torch.cat(inputs, 1))


def _convolution(module: nn.Conv2d, uses: list[Call], given: list, rows: int) -> Squares:
    if module.groups != 1 or module.padding_mode != "zeros" or isinstance(module.padding, str):
        return _other(module, uses, given, rows)
    inputs, gradients = [], []
    for (value, _, _), (gradient,) in zip(uses, given, strict=True):
        if gradient is None:
            continue
        patches = nn.functional.unfold(
            value, module.kernel_size, module.dilation, module.padding, module.stride
        )
        inputs.append(_by_row(patches.transpose(1, 2), rows, patches.shape[1]))
        gradient = gradient.flatten(2).transpose(1, 2)
        gradients.append(_by_row(gradient, rows, module.out_channels))
    if not inputs:
        return {}
    squares = _both(module, torch.cat(gradients, 1), torch.cat(inputs, 1))
    return {**squares, "weight": squares["weight"].view_as(module.weight)}


def _lstm(module: nn.LSTM, uses: list[Call], given: list, rows: int) -> Squares:
    if module.num_layers > 1 or module.bidirectional or module.proj_size:
        raise NotImplementedError("an LSTM of several layers, two directions or a projection")
    inputs, before, gradients = [], [], []
    for (value, state, (output, *_)), received in zip(uses, given, strict=True):
        if all(gradient is None for gradient in received):
            continue
        sequence, hidden, gates = through_time(module, value, state, output, received)
        inputs.append(_by_row(sequence, rows, module.input_size))
        before.append(_by_row(hidden, rows, module.hidden_size))
        gradients.append(_by_row(gates, rows, 4 * module.hidden_size))
    if not inputs:
        return {}
    of_gates = torch.cat(gradients, 1)
    squares = {
        "weight_ih_l0": _of_products(of_gates, torch.cat(inputs, 1)),
        "weight_hh_l0": _of_products(of_gates, torch.cat(before, 1)),
    }
    if module.bias:
        bias = of_gates.sum(1).square().sum(0)
        squares |= {"bias_ih_l0": bias, "bias_hh_l0": bias}
    return squares


def _other(module: nn.Module, uses: list[Call], given: list, rows: int) -> Squares:
    own = {name: weight.detach() for name, weight in module.named_parameters(recurse=False)}
    total: dict[str, Tensor] = {}
    for (value, state, found), received in zip(uses, given, strict=True):
        if state is not None or len(found) > 1:
            raise NotImplementedError(f"{type(module).__name__} reads or gives several tensors")
        if received[0] is None:
            continue

        def of_one(value: Tensor, gradient: Tensor):
            _, back = vjp(lambda weights: functional_call(module, weights, (value,)), own)
            return back(gradient)[0]

        parts = (part.reshape(rows, -1, *part.shape[1:]) for part in (value, received[0]))
        for name, gradient in vmap(of_one)(*parts).items():
            total[name] = total[name] + gradient if name in total else gradient
    return {name: gradient.square().sum(0) for name, gradient in total.items()}
