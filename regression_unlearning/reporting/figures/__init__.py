"""Kinds of figure: one file each, which says what it needs and what to see in it."""
