"""Reg Amnesiac: train on labels drawn uniformly for forget rows (paper, Section 6.5).

For classes this is Amnesiac unlearning by relabelling: each forget row gets another class than its
own, each equally likely (Graves et al., "Amnesiac machine learning", AAAI 2021).
"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from regression_unlearning.errors import UserError
from regression_unlearning.settings.search import FIT
from regression_unlearning.settings.section import MOST
from regression_unlearning.settings.training import Fit

Bound = Annotated[int, Field(ge=-MOST, le=MOST)]


class Settings(Fit):
    """Fine-tuning, and the range of the labels.

    ``integers: [1, 101]`` draws whole numbers of the target's unit, ends included, as the paper
    does for ages; without it the labels are uniform on the range of the training set's targets, or
    on the other classes.
    """

    integers: tuple[Bound, Bound] | None = None

    @model_validator(mode="after")
    def _holds_a_number(self) -> Self:
        if self.integers and self.integers[0] > self.integers[1]:
            raise UserError(
                f"integers: no number lies from {self.integers[0]} to "
                f"{self.integers[1]}; the first must be the smaller one."
            )
        return self


SEARCH = FIT


def numbers_only(settings: Settings) -> str:
    """Return why these settings are undefined for classes; empty where they are defined."""
    return "integers draws numbers; leave integers out" if settings.integers else ""


def unlearn(model, task, settings: Settings):
    """Draw a label for each forget row once, then fine-tune on the whole training set."""
    import torch

    from regression_unlearning.training.seeds import seed_for

    target = task.data.target.clone()
    generator = torch.Generator().manual_seed(seed_for(task.seed, "labels"))
    if settings.integers is not None:
        low, high = settings.integers
        drawn = torch.randint(low, high + 1, (len(task.forget),), generator=generator).float()
        drawn = task.data.scale.applied(drawn)
    else:
        own, known = target[task.forget], target[task.train]
        drawn = task.kind.relabelled(own, known, generator, "uniform")
    target[task.forget] = drawn.to(target.device)
    task.fit(model, settings, rows=task.train, targets=target, phase="amnesiac")
    return model
