"""A network of somebody else's, with what methods and measures need: named layers, the last one."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from regression_unlearning.errors import UserError, unknown
from regression_unlearning.models.modules.activations import evaluating
from regression_unlearning.models.modules.hard_sigmoid import twice_differentiable


class Enclosed(nn.Module):
    """A network with outputs as a matrix, under the protocol of `models.network`.

    Parameters
    ----------
    network : Module
        Returns (n, outputs), or (n,).
    output : str
        Name in it of its last layer.
    layers : sequence of str
        Names in it of the other layers.
    """

    #: Prefix of the weights' names here, which files leave out.
    inside = "network."

    def __init__(self, network: nn.Module, output: str, layers: Sequence[str]):
        super().__init__()
        self.network = network
        self.last = output
        self.layers = (*(self.inside + name for name in layers), "output")

    @property
    def output(self) -> nn.Module:
        """The last layer."""
        return self.network.get_submodule(self.last)

    def forward(self, inputs: Any) -> Tensor:
        """Predict from whatever the network reads: Tensor (n, outputs)."""
        result = self.network(inputs)
        if not isinstance(result, Tensor):
            raise UserError(
                f"{type(self.network).__name__} gives {type(result).__name__}, not one tensor; see "
                "its arguments (torchvision's: aux_logits: false)"
            )
        return result.reshape(-1, 1) if result.ndim < 2 else result


class _Exact(nn.Linear):
    """A last layer that stays in its weights' precision under autocast, as targets need."""

    def forward(self, inputs: Tensor) -> Tensor:
        with torch.autocast(inputs.device.type, enabled=False):
            return super().forward(inputs.to(self.weight.dtype))


#: Rows of the batch with which layers are found.
ROWS = 3
#: Share of the largest output by which rounding may change one, with a wide margin for 11 bits.
ROUNDING = 0.01
#: Outputs of each submodule, call by call, in the order in which the first calls ended.
Calls = dict[str, list[Any]]


def enclosed(
    network: nn.Module,
    batch: Any,
    first: Any,
    outputs: int,
    layers: Sequence[str] = (),
    output: str | None = None,
) -> Enclosed:
    """Enclose a network, after a forward pass that records what its submodules return.

    Parameters
    ----------
    network : Module
        On the device of the batch; changed in place where gradients need it.
    batch, first : object
        A batch of `ROWS` rows, and one of the first of them alone.
    outputs : int
        Numbers in a prediction.
    layers, output
        Names of the layers, and of the last one, where they are not to be found automatically.

    Raises
    ------
    UserError
        When its last layer is not the last linear one, is called twice or has another number of
        outputs; when a named layer cannot serve; when a row's output depends on other rows.
    """
    twice_differentiable(network)
    calls, result = _called(network, batch)
    last = _last(network, calls, output)
    if result.shape not in {(ROWS, outputs), (ROWS * outputs,)}:
        raise UserError(
            f"for {ROWS} rows it gives {tuple(result.shape)}, not {(ROWS, outputs)}: let its last "
            f"layer, {last!r}, give {outputs} a row"
        )
    if not torch.equal(result.flatten(), calls[last][0].flatten()):
        raise UserError(
            f"the output of its layer {last!r} is changed afterwards: the network must end with a "
            "torch.nn.Linear; name it by `output`"
        )
    alone = _called(network, first)[1].flatten()
    if (result.flatten()[:outputs] - alone).abs().max() > ROUNDING * result.abs().max():
        raise UserError(
            "in evaluation mode a row's output depends on the other rows of its batch (batch "
            "normalisation without running statistics?)"
        )
    serving = _serving(network, calls)
    if layers:
        for name in layers:
            if name not in serving or name == last:
                raise unknown(
                    "layer", name, [layer_name for layer_name in serving if layer_name != last]
                )
    layer = network.get_submodule(last)
    if type(layer) is nn.Linear:
        layer.__class__ = _Exact
    return Enclosed(network, last, layers or _blocks(network, serving, last))


def _called(network: nn.Module, batch: Any) -> tuple[Calls, Tensor]:
    """What each submodule, and the network itself, returns for a batch in evaluation mode."""
    calls: Calls = {}

    def keep(name: str) -> Any:
        def hook(module: nn.Module, _inputs: Any, output: Any) -> None:
            activation = output[0] if isinstance(output, tuple) else output
            # later layers may change it in place
            calls.setdefault(name, []).append(
                activation.clone() if isinstance(module, nn.Linear) else activation
            )

        return hook

    inside = [(name, module) for name, module in network.named_modules() if name]
    handles = [module.register_forward_hook(keep(name)) for name, module in inside]
    try:
        with evaluating(Enclosed(network, "", ())) as wrapped:
            return calls, wrapped(batch)
    finally:
        for handle in handles:
            handle.remove()


def _last(network: nn.Module, calls: Calls, output: str | None) -> str:
    """Name of the last layer."""
    linear = [name for name in calls if isinstance(network.get_submodule(name), nn.Linear)]
    if not linear:
        raise UserError("no torch.nn.Linear is called in it, and it must end with one")
    if output is not None and output not in linear:
        raise unknown("output", output, linear)
    name = output or linear[-1]
    if (times := len(calls[name])) > 1:
        once = [candidate for candidate in linear if len(calls[candidate]) == 1]
        raise UserError(
            f"its layer {name!r} is called {times} times, and the last must be called once: name "
            f"it by `output` ({', '.join(once) or 'none is'})"
        )
    return name


def _serving(network: nn.Module, calls: Calls) -> list[str]:
    """Submodules that can be named layers, in the order of their calls.

    They own weights, are called once, and return one tensor (rows, ...).
    """
    return [
        name
        for name, returned in calls.items()
        if len(returned) == 1
        and isinstance(returned[0], Tensor)
        and returned[0].shape[:1] == (ROWS,)
        and _size(network.get_submodule(name))
    ]


def _size(module: nn.Module) -> int:
    return sum(weight.numel() for weight in module.parameters())


def _blocks(network: nn.Module, serving: Sequence[str], last: str) -> list[str]:
    """Layers of a network that names none: its blocks.

    Instead of a Sequential, of a submodule that holds the last layer or more than half of all
    weights, and of one that cannot serve, its own parts are taken.
    """

    def walk(name: str, module: nn.Module) -> Iterator[str]:
        for child, part in module.named_children():
            path = f"{name}.{child}".lstrip(".")
            parts = any(_size(child_part) for child_part in part.children())
            large = parts and (type(part) is nn.Sequential or 2 * _size(part) > total)
            if path in serving and not large and not last.startswith(f"{path}."):
                yield path
            else:
                yield from walk(path, part)

    total = _size(network)
    blocks = set(walk("", network)) - {last}
    return [name for name in serving if name in blocks]
