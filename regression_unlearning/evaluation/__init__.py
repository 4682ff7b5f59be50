"""Measures, one file each: from plain arrays to numbers."""
