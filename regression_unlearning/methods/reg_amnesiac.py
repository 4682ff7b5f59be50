"""Reg Amnesiac: forget rows get labels drawn uniformly (paper, Section 6.5)."""

from regression_unlearning.errors import UserError
from regression_unlearning.settings.search import FIT
from regression_unlearning.settings.training import Fit


class Settings(Fit):
    """Fine-tuning, and the range of the labels.

    ``integers: [1, 101]`` draws whole numbers, ends included, as the paper does for ages; without
    it the labels are uniform on the range of the training set's targets.
    """

    integers: tuple[int, int] | None = None


SEARCH = FIT


def unlearn(model, task, settings: Settings):
    """Draw a label for each forget row once, then fine-tune on the whole training set.

    Raises
    ------
    UserError
        When ``integers`` names an empty range.
    """
    import torch

    from regression_unlearning.training.seeds import seed_for

    target = task.data.target.clone()
    generator = torch.Generator().manual_seed(seed_for(task.seed, "labels"))
    if settings.integers is not None:
        low, high = settings.integers
        if high < low:
            raise UserError(f"reg_amnesiac: integers {low} to {high} is an empty range.")
        drawn = torch.randint(low, high + 1, (len(task.forget),), generator=generator).float()
    else:
        low, high = target[task.train].aminmax()
        drawn = torch.rand(len(task.forget), generator=generator).to(target.device)
        drawn = low + (high - low) * drawn
    target[task.forget] = drawn.to(target.device)
    task.fit(model, settings, rows=task.train, objective=task.supervised(target), phase="amnesiac")
    return model
