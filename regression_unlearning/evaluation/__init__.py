"""Measures: one file each; plain arrays in, numbers out."""
