"""Bounds of rounding errors, for tests that compare floating-point numbers.

A sum of n terms in floating point is off by at most n u times the sum of the absolute values of the
terms, to first order and in whatever order it is taken; u is half of eps, and two ways of taking it
differ by at most twice that (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section
4.2). A chain of operations is bounded likewise by its length and the largest magnitude on its way.
So a bound is known before a test is run, and is the same on every processor and library.
"""

import numpy as np


def rounding(count: float, magnitude, dtype: str = "float32"):
    """How far two ways to the same number may lie apart.

    Parameters
    ----------
    count : float
        Roundings on the longest way from the given numbers to the result: the terms of its sums,
        and one for each other operation.
    magnitude : float or array
        Sum of the absolute values of the terms: not the result, which may have cancelled.
    dtype : str
        Type of the numbers on the way, not of the one that holds the result.

    Returns
    -------
    float or array
        Largest absolute difference, in the unit of `magnitude`.
    """
    return count * np.finfo(dtype).eps * _array(magnitude)


def close(found, wanted, count: float, magnitude=None, dtype: str = "float32", what: str = ""):
    """Insist that two results differ by rounding at most.

    Parameters
    ----------
    found, wanted : Tensor, array or float
        Of one shape.
    count, magnitude, dtype
        See `rounding`. Without a magnitude, it is the largest absolute value of `wanted`, for every
        element: an element that is small beside the others of its array came out of numbers of
        their size.
    what : str
        Named where they differ.

    Raises
    ------
    AssertionError
        Where they differ by more, in their shapes, or where one is no number.
    """
    found, wanted = _array(found), _array(wanted)
    assert found.shape == wanted.shape, f"{what} {found.shape} is not {wanted.shape}"
    if magnitude is None:
        magnitude = np.abs(wanted).max(initial=0.0)
    bound = rounding(count, magnitude, dtype)
    off = np.abs(found - wanted)
    assert (off <= bound).all(), f"{what} off by {np.max(off):.3g}, of {np.max(bound):.3g} at most"


def depth(model, steps: int = 1) -> int:
    """Count the roundings on the longest way through a network, from inputs to outputs.

    Parameters
    ----------
    model : Module
    steps : int
        How often its recurrent layers are gone through.

    Returns
    -------
    int
        The terms of every layer's sums, and 4 more for each weight: bias, norm and activation.
    """
    count = 0
    for module in model.modules():
        times = steps if hasattr(module, "all_weights") else 1  # a recurrent layer
        weights = module.parameters(recurse=False)
        count += times * sum(weight[0].numel() + 4 for weight in weights)
    return count


def _array(value) -> np.ndarray:
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    return np.asarray(value, dtype=np.float64)
