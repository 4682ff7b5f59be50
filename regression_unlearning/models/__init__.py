"""Networks: a prediction, and activations by name."""
