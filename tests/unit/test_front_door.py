"""The names that the package promises."""

import pytest

import regression_unlearning


@pytest.mark.parametrize("name", regression_unlearning.__all__)
def test_every_public_name_can_be_imported(name):
    assert getattr(regression_unlearning, name).__name__ == name


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'forget'"):
        regression_unlearning.forget  # noqa: B018
