"""Sentence pairs with a similarity."""

#: Defaults of a dataset's settings, the paper's (Section 6.3): see `data.family`.
DEFAULTS = {
    "model": {"name": "lstm"},
    "loss": "mse",
    "training": {"epochs": 100, "learning_rate": 0.01, "schedule": {"name": "plateau"}},
    "unlearning": {"epochs": 10, "learning_rate": 0.001},
}
