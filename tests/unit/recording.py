"""A recorder of a step on the CPU, which replays its operations as a CUDA graph does.

Every ATen operation is kept with the very tensors that it read and wrote. A replay carries the
operations out again on those tensors: a Python number, a branch or a shape of the recording stays
what it was. Operations that would make the host wait for a GPU are refused, and so are tensors made
of Python numbers, which a GPU would be sent.
"""

from contextlib import contextmanager

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

#: Operations whose result, or the shape of it, the host must know.
WAITS = {
    "aten::_local_scalar_dense", "aten::nonzero", "aten::masked_select", "aten::is_nonzero",
    "aten::_unique2", "aten::unique_consecutive", "aten::unique_dim", "aten::lift_fresh",
    "aten::repeat_interleave.Tensor", "aten::equal", "aten::bincount",
}  # fmt: skip


def _waits(operation, args) -> bool:
    schema = operation._schema
    name = f"{schema.name}.{schema.overload_name}".rstrip(".")
    by_mask = schema.name in ("aten::index", "aten::index_put_", "aten::_index_put_impl_")
    masks = args[1] if by_mask else ()
    return {schema.name, name} & WAITS != set() or any(
        mask is not None and mask.dtype in (torch.bool, torch.uint8) for mask in masks
    )


class Refusing(TorchDispatchMode):
    """Refuse what would make the host wait, in the words of torch's debug mode."""

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        if _waits(operation, args):
            raise RuntimeError(f"called a synchronizing CUDA operation ({operation})")
        return operation(*args, **(kwargs or {}))


def _tensors(values) -> list[Tensor]:
    return [value for value in tree_leaves(values) if isinstance(value, Tensor)]


def _mutates(operation) -> bool:
    return any(
        a.alias_info is not None and a.alias_info.is_write for a in operation._schema.arguments
    )


class Recorder(TorchDispatchMode):
    """Keep every operation, and what tensors held before they were first written."""

    def __init__(self):
        super().__init__()
        self.calls, self.before, self.made = [], {}, set()

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if _waits(operation, args):
            raise RuntimeError(f"operation not permitted when stream is capturing: {operation}")
        read = _tensors((args, kwargs))
        if _mutates(operation) or "batch_norm" in operation._schema.name:  # running means, unsaid
            for tensor in read:
                place = tensor.untyped_storage().data_ptr()
                if place not in self.made and place not in self.before:
                    self.before[place] = (tensor, tensor.detach().clone())
        found = operation(*args, **kwargs)
        places = {tensor.untyped_storage().data_ptr() for tensor in read}
        fresh = [
            tensor
            for tensor in _tensors(found)
            if tensor.untyped_storage().data_ptr() not in places
        ]
        self.made |= {tensor.untyped_storage().data_ptr() for tensor in fresh}
        grad = torch.is_grad_enabled()  # some operations keep more where gradients follow
        self.calls.append((operation, args, kwargs, found, bool(fresh), grad))
        return found


class RecordedOnCPU:
    """What `training.graphs.CudaGraphs` does, on the CPU."""

    def __init__(self):
        self.recordings = self.replays = 0

    def record(self, work):
        """Record some work; as with a graph, nothing is changed by that."""
        random, recorder = torch.get_rng_state(), Recorder()
        with recorder:
            work()
        torch.set_rng_state(random)
        with torch.no_grad():
            for tensor, value in recorder.before.values():
                tensor.copy_(value)
        self.recordings += 1

        def replay():
            self.replays += 1
            with torch._C._AutoDispatchBelowAutograd():
                for operation, args, kwargs, kept, fresh, grad in recorder.calls:
                    if not (fresh or _mutates(operation)):
                        continue  # a view
                    with torch.set_grad_enabled(grad):
                        again = operation(*args, **kwargs)
                    if not _mutates(operation):
                        for old, new in zip(_tensors(kept), _tensors(again), strict=True):
                            old.copy_(new)

        return replay

    @contextmanager
    def trying(self):
        """Refuse what would make the host wait."""
        with Refusing():
            yield

    def random_states(self):
        """The state of the CPU's random generator."""
        return [torch.get_rng_state()]

    def set_random_states(self, states):
        """Set the state of the CPU's random generator."""
        torch.set_rng_state(states[0])
