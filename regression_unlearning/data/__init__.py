"""Datasets: one file each; what they share; the selectors of forget sets."""
