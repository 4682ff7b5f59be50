"""Images, each with a number to predict."""

#: Defaults of a dataset's settings, the paper's (Section 6.3): see `data.family`.
DEFAULTS = {
    "model": {"name": "resnet18"},
    "loss": "l1",
    "training": {"epochs": 100, "learning_rate": 0.01, "schedule": {"name": "plateau"}},
    "unlearning": {"epochs": 1, "learning_rate": 0.001},
}
