"""The device of these tests: a GPU, or what REGRESSION_UNLEARNING_TEST_DEVICE names."""

import os

import pytest

# before CUDA starts: cuBLAS, and cuDNN's LSTM, are deterministic with a fixed workspace alone
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")


@pytest.fixture(scope="session")
def device() -> str:
    """``cuda``; ``cpu`` where the environment says so, to try the tests themselves."""
    import torch

    chosen = os.environ.get("REGRESSION_UNLEARNING_TEST_DEVICE", "cuda")
    if chosen == "cuda" and not torch.cuda.is_available():
        pytest.skip("no GPU can be seen; REGRESSION_UNLEARNING_TEST_DEVICE=cpu runs it on the CPU")
    return chosen
