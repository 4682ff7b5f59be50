"""ATen operations that have no deterministic form on CUDA, and a mode that watches for them.

Under ``torch.use_deterministic_algorithms(True)`` such an operation raises. Sources, for torch
2.15: the docstring of that function (its second list, without what it says of MPS and of quantized
tensors), the calls of ``alertNotDeterministic`` in pytorch's ``aten/src/ATen/native/cuda``, whose
texts stand below and in the installed ``libtorch_cuda.so``, and the tests
``test_nondeterministic_alert_*`` of pytorch's ``test/test_torch.py``.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

#: Operation (its overloads, ``out`` and in-place forms included) to the text of torch's error.
RAISES = {
    "_adaptive_avg_pool2d_backward": "adaptive_avg_pool2d_backward_cuda",
    "_adaptive_avg_pool3d_backward": "adaptive_avg_pool3d_backward_cuda",
    "_ctc_loss_backward": "ctc_loss_backward_gpu",
    "_upsample_bicubic2d_aa_backward": "upsample_bicubic2d_aa_backward_out_cuda",
    "_upsample_bilinear2d_aa_backward": "upsample_bilinear2d_aa_backward_out_cuda",
    "adaptive_max_pool2d_backward": "adaptive_max_pool2d_backward_cuda",
    "adaptive_max_pool3d_backward": "adaptive_max_pool3d_backward_cuda",
    "avg_pool3d_backward": "avg_pool3d_backward_cuda",
    "fractional_max_pool2d_backward": "fractional_max_pool2d_backward_cuda",
    "fractional_max_pool3d_backward": "fractional_max_pool3d_backward_cuda",
    "grid_sampler_2d_backward": "grid_sampler_2d_backward_cuda",
    "grid_sampler_3d_backward": "grid_sampler_3d_backward_cuda",
    "index_reduce": "index_reduce_cuda",
    "max_unpool2d": "max_unpooling2d_forward_out",
    "max_unpool3d": "max_unpooling3d_forward_out",
    "put": "put_",
    "reflection_pad1d_backward": "reflection_pad1d_backward_out_cuda",
    "reflection_pad2d_backward": "reflection_pad2d_backward_cuda",
    "reflection_pad3d_backward": "reflection_pad3d_backward_out_cuda",
    "upsample_bicubic2d_backward": "upsample_bicubic2d_backward_out_cuda",
    "upsample_bilinear2d_backward": "upsample_bilinear2d_backward_out_cuda",
    "upsample_linear1d_backward": "upsample_linear1d_backward_out_cuda",
    "upsample_trilinear3d_backward": "upsample_trilinear3d_backward_out_cuda",
}


def _argument(name: str, default: Any = None) -> Callable[..., Any]:
    """Read one argument of a call by its name in the operation's schema."""

    def read(operation, args, kwargs):
        if name in kwargs:
            return kwargs[name]
        names = [one.name for one in operation._schema.arguments]
        place = names.index(name) if name in names else len(args)
        return args[place] if place < len(args) else default

    return read


#: Operations that raise for some arguments alone: the argument, when it is the wrong one, the text.
RAISES_FOR = {
    "_embedding_bag_dense_backward": ("mode", lambda mode: mode == 2, "embedding_bag max"),
    "bincount": ("weights", lambda weights: weights is not None, "_bincount_cuda"),
    "histc": ("self", torch.is_floating_point, "_histc_cuda with floating point input"),
    "median": ("dim", lambda dim: dim is not None, "median CUDA with indices output"),
    "nanmedian": ("dim", lambda dim: dim is not None, "median CUDA with indices output"),
    "nll_loss2d_forward": ("reduction", bool, "nll_loss2d_forward_out_cuda_template"),
    "scatter_reduce": ("reduce", lambda how: how not in ("sum", "mean"), "scatter_reduce"),
}

#: Without an alert, but with atomic additions whose order nobody fixes.
SILENT = {
    "_cdist_backward": "",
    "_efficient_attention_backward": "warns only",
    "_scaled_dot_product_efficient_attention_backward": "warns only",
}


def fault(operation: torch._ops.OpOverload, args: tuple, kwargs: dict) -> str | None:
    """What is wrong with a call on CUDA: the operation and torch's text; None if nothing is."""
    name = operation._schema.name.removeprefix("aten::")
    plain = name.rstrip("_")
    for known in (RAISES, SILENT):
        if plain in known:
            return f"{name}: {known[plain]}"
    if plain in RAISES_FOR:
        argument, wrong, text = RAISES_FOR[plain]
        if wrong(_argument(argument)(operation, args, kwargs)):
            return f"{name}: {text}"
    return None


class Watch(TorchDispatchMode):
    """Note the operations that reach the kernels inside the block, and those with a fault.

    Attributes
    ----------
    seen, faults : set of str
    """

    def __init__(self):
        super().__init__()
        self.seen: set[str] = set()
        self.faults: set[str] = set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        self.seen.add(func._schema.name.removeprefix("aten::"))
        if found := fault(func, args, kwargs):
            self.faults.add(found)
        return func(*args, **kwargs)
