"""Kinds of figure, one file each: see `reporting.figure`."""
