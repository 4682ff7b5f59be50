"""SalUn: random labels for the forget set, learnt by the weights that matter to it alone.

Source: Fan et al., "SalUn: empowering machine unlearning via gradient-based weight saliency"
(ICLR 2024): another class for each row (Eq. 5), drawn once; of numbers, labels as in Gaussian
Amnesiac.
"""

from regression_unlearning.methods import gaussian_amnesiac
from regression_unlearning.settings.search import FIT, Linear
from regression_unlearning.settings.section import Share


class Settings(gaussian_amnesiac.Settings):
    """Fine-tuning, whose labels the Gaussian is fitted to, and the share of weights that move.

    Classes have no Gaussian: ``labels_of`` is of numbers alone.
    """

    q: Share = 0.5
    """Share of the weights that may change."""


SEARCH = {**FIT, "q": Linear(0.1, 1)}


def top_share(gradient: dict, share: float) -> dict:
    """Mark the share of all numbers that are largest in size, over all tensors together.

    Parameters
    ----------
    gradient : dict of str to Tensor
    share : float

    Returns
    -------
    dict of str to Tensor
        0 and 1, in the shapes given; round(share * n) ones in all, the first of equals first.
    """
    import torch

    sizes = torch.cat([values.abs().flatten() for values in gradient.values()])
    order = sizes.argsort(descending=True, stable=True)
    mask = torch.zeros_like(sizes)
    mask[order[: round(share * len(sizes))]] = 1.0
    parts = mask.split([values.numel() for values in gradient.values()])
    return {
        name: part.view_as(values)
        for (name, values), part in zip(gradient.items(), parts, strict=True)
    }


def unlearn(model, task, settings: Settings):
    """Fine-tune on retain rows and relabelled forget rows; only the marked weights move."""
    import torch

    from regression_unlearning.training.gradients import mean_gradient, trainable

    with task.working():
        mask = top_share(mean_gradient(model, task, task.forget), settings.q)
    target = gaussian_amnesiac.relabelled(task, settings.labels_of)
    before = {name: weight.detach().clone() for name, weight in trainable(model).items()}

    def restore(model, _steps):
        """Weight decay would move the others too."""
        with torch.no_grad():
            for name, weight in trainable(model).items():
                weight.copy_(torch.where(mask[name] > 0, weight, before[name]))

    handles = [
        weight.register_hook(lambda gradient, marked=mask[name]: gradient * marked)
        for name, weight in trainable(model).items()
    ]
    try:
        task.fit(
            model,
            settings,
            rows=task.train,
            objective=task.supervised(target),
            after_step=restore,
            phase="salun",
        )
    finally:
        for handle in handles:
            handle.remove()
    return model
