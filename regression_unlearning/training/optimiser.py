"""Adam, without loading torch's compiler."""

from inspect import unwrap

import torch


class Adam(torch.optim.Adam):
    """torch's Adam, its methods freed of the wrappers that import the compiler when first called.

    The wrappers tell the compiler to leave these methods alone (and a step's gradients off);
    the import costs a second in every job. The updates are torch's own, to the bit.
    """

    step = torch.no_grad()(unwrap(torch.optim.Adam.step))

    add_param_group = unwrap(torch.optim.Optimizer.add_param_group)
    zero_grad = unwrap(torch.optim.Optimizer.zero_grad)
    state_dict = unwrap(torch.optim.Optimizer.state_dict)
    load_state_dict = unwrap(torch.optim.Optimizer.load_state_dict)
