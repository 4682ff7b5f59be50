"""The family of tables of numbers: `prepare` makes arrays of one, `batch` reads mini-batches."""
