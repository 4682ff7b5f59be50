"""Sentence pairs with a similarity."""
