"""Kernels of a support vector classifier, each one matrix product."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def rbf_scale(rows: "np.ndarray", fitted: "np.ndarray") -> "np.ndarray":
    """RBF kernel whose gamma is 1 / (features x variance of what the classifier is fitted to).

    One matrix product, where the support vector library loops over pairs of rows; in float64 the
    two differ by rounding alone.

    Parameters
    ----------
    rows, fitted : float64 array (n, features), array (m, features)

    Returns
    -------
    float64 array (n, m)
    """
    from sklearn.metrics.pairwise import rbf_kernel

    variance = fitted.var() or 1.0
    return rbf_kernel(rows, fitted, 1 / (fitted.shape[1] * variance))


def rbf_auto(rows: "np.ndarray", fitted: "np.ndarray") -> "np.ndarray":
    """RBF kernel whose gamma is 1 / features; see `rbf_scale`."""
    from sklearn.metrics.pairwise import rbf_kernel

    return rbf_kernel(rows, fitted, 1 / fitted.shape[1])
