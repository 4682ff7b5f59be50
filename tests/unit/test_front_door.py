"""The names that the package promises."""

from pathlib import Path

import pytest

import regression_unlearning


@pytest.mark.parametrize("name", regression_unlearning.__all__)
def test_every_public_name_can_be_imported(name):
    assert getattr(regression_unlearning, name).__name__ == name


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'forgot'"):
        regression_unlearning.forgot  # noqa: B018


def test_no_file_of_the_library_is_longer_than_250_lines():
    files = Path(regression_unlearning.__file__).parent.rglob("*.py")
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert len(lengths) > 100 and {name for name, count in lengths.items() if count > 250} == set()
