"""SalUn: random labels for the forget set, learnt by the weights that matter most to it.

Source: Fan et al., "SalUn: empowering machine unlearning via gradient-based weight saliency"
(ICLR 2024): another class for each row (Eq. 5), drawn once; for numbers, labels as in Gaussian
Amnesiac.
"""

from regression_unlearning.methods import gaussian_amnesiac
from regression_unlearning.settings.search import FIT, Linear
from regression_unlearning.settings.section import Share


class Settings(gaussian_amnesiac.Settings):
    """Fine-tuning, whose labels the Gaussian is fitted to, and the share of weights that move.

    ``labels_of`` applies to numbers alone: classes have no Gaussian.
    """

    q: Share = 0.5
    """Share of the weights that may change."""


SEARCH = {**FIT, "q": Linear(0.1, 1)}


def top_share(gradient: dict, share: float) -> dict:
    """Mark the largest numbers in absolute value, a share of all, over all tensors together.

    Parameters
    ----------
    gradient : dict of str to Tensor
        Gradients by weight.
    share : float
        From 0 to 1.

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
        """Put the others back: weight decay moves them too."""
        with torch.no_grad():
            for name, weight in trainable(model).items():
                weight.copy_(torch.where(mask[name] > 0, weight, before[name]))

    decays = settings.optimizer == "adamw" or bool(settings.weight_decay)
    handles = [
        weight.register_hook(lambda gradient, marked=mask[name]: gradient * marked)
        for name, weight in trainable(model).items()
    ]
    try:
        task.fit(
            model,
            settings,
            rows=task.train,
            targets=target,
            after_step=restore if decays else None,
            phase="salun",
        )
    finally:
        for handle in handles:
            handle.remove()
    return model
