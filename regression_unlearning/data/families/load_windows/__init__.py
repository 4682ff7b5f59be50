"""Windows of hourly load of many customers."""

#: Defaults of a dataset's settings, the paper's (Section 6.3): see `data.family`.
DEFAULTS = {
    "model": {"name": "tft"},
    "loss": "quantile",
    "training": {
        "epochs": 10,
        "learning_rate": 0.001,
        "batch_size": 64,
        "schedule": {"name": "step"},
    },
    "unlearning": {"epochs": 1, "learning_rate": 0.001},
}
