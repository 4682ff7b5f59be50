"""The smallest project, built once for all processes that share the tests."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from chain import Chain, build


@pytest.fixture(scope="session")
def chain(tmp_path_factory, request) -> Iterator[Chain]:
    """The project built; the variable FAULTS_PROJECT names a folder to keep it in."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if hasattr(request.config, "workerinput") else base
    base = Path(os.environ.get("FAULTS_PROJECT", base))
    base.mkdir(parents=True, exist_ok=True)
    root, whole = base / "chain", base / "chain.whole"
    with (base / "chain.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            build(root)
            whole.touch()
    made = Chain(root)
    before = made.sha256
    yield made
    assert made.sha256 == before, "a fault has reached the project that all are held against"


def pytest_collection_modifyitems(items):
    """Mark every test of this folder."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.faults)
