"""The family of tables of rows: `prepare` makes arrays of one, `batch` reads mini-batches."""
