"""An unlearning method of one's own, as a plug-in."""
