"""The classifier's kernels are those of the support vector library, to rounding."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from regression_unlearning.evaluation.attacks import decisions
from regression_unlearning.evaluation.kernels import gamma_auto, gamma_scale, rbf


@pytest.mark.parametrize(("ours", "gamma"), [(gamma_scale, "scale"), (gamma_auto, "auto")])
def test_the_same_decisions_as_by_pairs_of_rows(ours, gamma):
    generator = np.random.default_rng(0)
    rows, asked = generator.normal(size=(120, 7)) * 3, generator.normal(size=(40, 7))
    labels = (rows[:, 0] + generator.normal(size=120) > 0).astype(int)
    wanted = SVC(C=2.0, gamma=gamma, tol=1e-10).fit(rows, labels).decision_function(asked)
    machine = SVC(C=2.0, kernel="precomputed", tol=1e-10).fit(rbf(rows, rows, ours(rows)), labels)
    found = machine.decision_function(rbf(asked, rows, ours(rows)))
    np.testing.assert_allclose(found, wanted, atol=1e-7)  # the solver stops at 1e-10


@pytest.mark.parametrize("standardise", [True, False])
def test_an_attack_decides_as_the_library_s_classifier(standardise):
    generator = np.random.default_rng(2)
    rows = generator.normal(size=(100, 3)) * 2 + np.repeat([1, 0], 50)[:, None]
    groups = [generator.normal(size=(30, 3)), generator.normal(size=(9000, 3))]
    machine = SVC(C=3.0, gamma="scale" if standardise else "auto")
    whole = make_pipeline(StandardScaler(), machine) if standardise else machine
    whole.fit(rows, np.repeat([1, 0], 50))
    for found, group in zip(decisions(rows, groups, 3.0, standardise), groups, strict=True):
        wanted = whole.decision_function(group)
        # Both solvers stop where no multiplier's gradient is off by more than 0.001.
        np.testing.assert_allclose(found, wanted, atol=1e-3)


def test_each_value_is_the_formula():
    generator = np.random.default_rng(1)
    rows, fitted = generator.normal(size=(5, 3)), generator.normal(size=(6, 3)) * 2
    assert gamma_scale(fitted) == 1 / 3 / fitted.var() and gamma_auto(fitted) == 1 / 3
    wanted = [[np.exp(-0.7 * ((row - one) ** 2).sum()) for one in fitted] for row in rows]
    np.testing.assert_allclose(rbf(rows, fitted, 0.7), wanted, rtol=1e-12)


def test_rows_that_are_all_alike_have_a_kernel_too():
    alike = np.ones((4, 2))
    assert np.array_equal(rbf(alike, alike, gamma_scale(alike)), np.ones((4, 4)))
