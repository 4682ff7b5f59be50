"""Densities of the differences from the retrained model's predictions (paper, Figures 4 and 5)."""

from regression_unlearning.reporting.figure import Given

NEEDS = ("observations",)
SEE = (
    "a curve for each method, over the rows of the forget set and all training seeds; its band "
    "reaches from the lowest to the highest seed, where there are several. The nearer to 0, the "
    "more the model behaves as if retrained; the black dashed curve is what two retrained models "
    "differ by. Many methods are divided among several rows."
)


def draw(given: Given) -> None:
    """Draw a panel for each forget set."""
    from regression_unlearning.reporting import densities

    densities.draw(given, relative=False)
