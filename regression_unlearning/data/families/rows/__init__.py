"""The family of tables of rows: `prepare` makes arrays of one, `batch` reads mini-batches."""

#: Defaults of a dataset's settings: see `data.family`.
DEFAULTS = {
    "model": {"name": "mlp"},
    "loss": "mse",
    "training": {"epochs": 30, "learning_rate": 0.003, "schedule": {"name": "plateau"}},
    "unlearning": {"epochs": 3, "learning_rate": 0.001},
}
