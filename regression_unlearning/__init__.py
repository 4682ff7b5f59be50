"""Unlearning in deep regression models: train, forget, attack, and say how close to retraining it came.

The names below are the library's front door; each is imported when it is first used, so that a
program that only draws a table never loads a network library.
"""

from importlib import import_module

_HOME = {
    "Task": "training.task",
    "UserError": "errors",
    "load_method": "registry",
    "load_prepared": "data.prepared",
    "load_settings": "settings",
    "observe": "training.observe",
    "train": "training.train",
    "unlearn": "training.unlearn",
}

__all__ = sorted(_HOME)


def __getattr__(name: str):
    """Import a public name from its module on first use."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
