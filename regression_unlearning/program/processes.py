"""Processes that share work: each computes in one thread, and none outlives its parent."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

#: Variables that libraries for matrix products read when they are loaded.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def end_with(parent: int) -> None:
    """End this process when its parent ends, however that ends.

    Parameters
    ----------
    parent : int
        The parent's process number.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute in one thread, in libraries that are loaded already and in those loaded later."""
    from threadpoolctl import threadpool_limits

    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        with threadpool_limits(1):
            yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
