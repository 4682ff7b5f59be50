"""Families, the shapes of input: each prepares raw files as arrays and makes batches of them."""
