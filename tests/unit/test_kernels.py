"""The classifier's kernels are those of the support vector library, to rounding."""

import numpy as np
import pytest
from sklearn.svm import SVC

from regression_unlearning.evaluation.kernels import rbf_auto, rbf_scale


@pytest.mark.parametrize(("ours", "gamma"), [(rbf_scale, "scale"), (rbf_auto, "auto")])
def test_the_same_decisions_as_by_pairs_of_rows(ours, gamma):
    generator = np.random.default_rng(0)
    rows, asked = generator.normal(size=(120, 7)) * 3, generator.normal(size=(40, 7))
    labels = (rows[:, 0] + generator.normal(size=120) > 0).astype(int)
    found, wanted = (
        SVC(C=2.0, kernel=kernel, gamma=by, tol=1e-10).fit(rows, labels).decision_function(asked)
        for kernel, by in ((ours, "scale"), ("rbf", gamma))
    )
    np.testing.assert_allclose(found, wanted, atol=1e-7)  # the solver stops at 1e-10


@pytest.mark.parametrize("kernel", [rbf_scale, rbf_auto])
def test_each_value_is_the_formula(kernel):
    generator = np.random.default_rng(1)
    rows, fitted = generator.normal(size=(5, 3)), generator.normal(size=(6, 3)) * 2
    gamma = 1 / 3 / (fitted.var() if kernel is rbf_scale else 1)
    wanted = [[np.exp(-gamma * ((row - one) ** 2).sum()) for one in fitted] for row in rows]
    np.testing.assert_allclose(kernel(rows, fitted), wanted, rtol=1e-12)


def test_rows_that_are_all_alike_have_a_kernel_too():
    alike = np.ones((4, 2))
    assert np.array_equal(rbf_scale(alike, alike), np.ones((4, 4)))
