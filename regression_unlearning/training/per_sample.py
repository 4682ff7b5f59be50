"""Squares or absolute values of each row's gradient, summed over a batch, in one backward pass.

The backward pass stops at the outputs of the layers that own weights; from a layer's input and its
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
Sums = dict[str, Tensor]
#: What is summed over the rows: ``torch.square`` or ``torch.abs``. Both turn products of numbers
#: into the products of their values.
Of = Callable[..., Tensor]


def summed_gradients(
    model: nn.Module, inputs: Any, value: Callable[[Tensor], Tensor], of: Of = torch.square
) -> dict[str, Tensor]:
    """Sum over a batch's rows of the squares, or the absolute values, of each row's gradient.

    Parameters
    ----------
    model : Module
        In a mode in which no row's output depends on another row; gradients are on.
    inputs : object
        What the model reads.
    value : callable
        From the model's output (batch, q) to what is differentiated, one number per row.
    of : callable
        ``torch.square`` or ``torch.abs``, taken of each row's gradient.

    Returns
    -------
    dict of Tensor
        Name of each parameter that needs a gradient to a Tensor of its shape.

    Raises
    ------
    NotImplementedError
        For a layer that no closed form here fits and torch.func cannot take.
    """
    with _recorded(model) as calls:
        numbers = value(model(inputs))
    outputs = [output for uses in calls.values() for _, _, tensors in uses for output in tensors]
    gradients = iter(torch.autograd.grad(numbers.sum(), outputs, allow_unused=True))
    names = {id(weight): name for name, weight in model.named_parameters()}
    total = {
        name: torch.zeros_like(weight)
        for name, weight in model.named_parameters()
        if weight.requires_grad
    }
    with torch.no_grad():
        for module, uses in calls.items():
            use_gradients = [[next(gradients) for _ in tensors] for _, _, tensors in uses]
            for attribute, sums in _rule(module)(
                module, uses, use_gradients, len(numbers), of
            ).items():
                name = names[id(getattr(module, attribute))]
                if name in total:
                    total[name] += sums
    return total


@contextmanager
def _recorded(model: nn.Module):
    """Collect the uses of every layer with trainable weights of its own, in their order."""
    calls: dict[nn.Module, list[Call]] = {}

    def hook(module, args, kwargs, output):
        tensors = _tensors(output)
        if not isinstance(args[0], Tensor) or not all(part.is_floating_point() for part in tensors):
            raise NotImplementedError(f"{type(module).__name__}: its input is no tensor")
        state = args[1] if len(args) > 1 else kwargs.get("hx")
        calls.setdefault(module, []).append((args[0].detach(), state, tensors))
        return _copied(output)  # later layers may change the output in place

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


def _of_products(first: Tensor, second: Tensor, of: Of) -> Tensor:
    """Sum over rows of the squares, or absolute values, of the sums over positions: Tensor (p, q).

    The sums are of the outer products first x second.

    Parameters
    ----------
    first, second : Tensor (rows, positions, p), Tensor (rows, positions, q)
    """
    if first.shape[1] == 1:
        return of(first[:, 0]).T @ of(second[:, 0])
    products = torch.bmm(first.transpose(1, 2), second)
    return of(products, out=products).sum(0)


def _weight_and_bias(module: nn.Module, gradients: Tensor, inputs: Tensor, of: Of) -> Sums:
    sums = {"weight": _of_products(gradients, inputs, of)}
    if module.bias is not None:
        sums["bias"] = of(gradients.sum(1)).sum(0)
    return sums


def _linear(module: nn.Linear, uses: list[Call], use_gradients: list, rows: int, of: Of) -> Sums:
    used = [
        (value, gradient)
        for (value, _, _), (gradient,) in zip(uses, use_gradients, strict=True)
        if gradient is not None
    ]
    if not used:
        return {}
    inputs = [_by_row(value, rows, module.in_features) for value, _ in used]
    gradients = [_by_row(gradient, rows, module.out_features) for _, gradient in used]
    return _weight_and_bias(module, torch.cat(gradients, 1), torch.cat(inputs, 1), of)


def _convolution(
    module: nn.Conv2d, uses: list[Call], use_gradients: list, rows: int, of: Of
) -> Sums:
    if module.groups != 1 or module.padding_mode != "zeros" or isinstance(module.padding, str):
        return _other(module, uses, use_gradients, rows, of)
    inputs, gradients = [], []
    for (value, _, _), (gradient,) in zip(uses, use_gradients, strict=True):
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
    sums = _weight_and_bias(module, torch.cat(gradients, 1), torch.cat(inputs, 1), of)
    return {**sums, "weight": sums["weight"].view_as(module.weight)}


def _lstm(module: nn.LSTM, uses: list[Call], use_gradients: list, rows: int, of: Of) -> Sums:
    if module.num_layers > 1 or module.bidirectional or module.proj_size:
        raise NotImplementedError("an LSTM of several layers, two directions or a projection")
    inputs, before, gradients = [], [], []
    for (value, state, (output, *_)), received in zip(uses, use_gradients, strict=True):
        if all(gradient is None for gradient in received):
            continue
        sequence, hidden, gates = through_time(module, value, state, output, received)
        inputs.append(_by_row(sequence, rows, module.input_size))
        before.append(_by_row(hidden, rows, module.hidden_size))
        gradients.append(_by_row(gates, rows, 4 * module.hidden_size))
    if not inputs:
        return {}
    of_gates = torch.cat(gradients, 1)
    sums = {
        "weight_ih_l0": _of_products(of_gates, torch.cat(inputs, 1), of),
        "weight_hh_l0": _of_products(of_gates, torch.cat(before, 1), of),
    }
    if module.bias:
        bias = of(of_gates.sum(1)).sum(0)
        sums |= {"bias_ih_l0": bias, "bias_hh_l0": bias}
    return sums


def _other(module: nn.Module, uses: list[Call], use_gradients: list, rows: int, of: Of) -> Sums:
    parameters = {name: weight.detach() for name, weight in module.named_parameters(recurse=False)}
    total: dict[str, Tensor] = {}
    for (value, state, outputs), received in zip(uses, use_gradients, strict=True):
        if state is not None or len(outputs) > 1:
            raise NotImplementedError(f"{type(module).__name__} reads or gives several tensors")
        if received[0] is None:
            continue

        def row_gradient(value: Tensor, gradient: Tensor):
            _, back = vjp(lambda weights: functional_call(module, weights, (value,)), parameters)
            return back(gradient)[0]

        parts = (part.reshape(rows, -1, *part.shape[1:]) for part in (value, received[0]))
        for name, gradient in vmap(row_gradient)(*parts).items():
            total[name] = total[name] + gradient if name in total else gradient
    return {name: of(gradient).sum(0) for name, gradient in total.items()}
