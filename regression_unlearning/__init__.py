"""Unlearning in deep regression models: train, unlearn, attack, measure the distance to retraining.

The names below are the library's public interface; each is imported when it is first used, so that
a program that only draws a table never loads a network library.
"""

from importlib import import_module
from typing import Any

#: The project's version, here and nowhere else; pyproject.toml asks for it.
__version__ = "0.1.0"

_HOME = {
    "Observation": "evaluation.observations",
    "Task": "training.task",
    "UserError": "errors",
    "distance": "evaluation.wasserstein",
    "error": "evaluation.errors",
    "forget": "requests.answering",
    "load_model": "training.checkpoints",
    "load_prepared": "data.prepared",
    "load_settings": "settings.document",
    "observe": "training.observe",
    "open_dataset": "data.dataset",
    "purge": "requests.purging",
    "read_request": "requests.request",
    "save_model": "training.checkpoints",
    "train": "training.train",
    "unlearn": "training.unlearn",
    "verify": "requests.verifying",
}

__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    """Import a public name from its module on first use."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
