"""Images with a number each."""
