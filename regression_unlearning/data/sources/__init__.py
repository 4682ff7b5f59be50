"""Datasets and kinds of files: one file each."""
