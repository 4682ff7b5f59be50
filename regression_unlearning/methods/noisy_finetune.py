"""Noisy fine-tuning: a certificate that the forget set's influence is gone.

Source: Koloskova et al., "Certified unlearning for neural networks" (ICML 2025), the variant that
clips gradients. The accounting is by shifted Renyi divergences (Feldman et al., "Privacy
amplification by iteration", FOCS 2018), with the best choice of shifts.

The certificate covers the noisy steps, and whatever is done after them without the forget set: it
bounds what the model reveals about it. It does not cover how much of the original is kept. Each
step scales the weights by 1 - rate * decay, so that the share (1 - rate * decay)^steps of the
original's weights is left (`share_left`); where that is below 1 %, the method is retraining from
noise, and ends in the same model when it is started from a random network.
"""

import math
from typing import Annotated

from pydantic import Field, model_validator

from regression_unlearning.errors import UserError
from regression_unlearning.settings.search import FIT, Log
from regression_unlearning.settings.section import Count, Positive
from regression_unlearning.settings.training import Fit


class Settings(Fit):
    """The noisy steps, and plain fine-tuning after them.

    ``model_clip`` is C0, the length to which all weights together are scaled down at first;
    ``gradient_clip`` is C1; ``decay`` is lambda; ``noise`` the standard deviation added to each
    weight in each of ``noisy_steps`` steps at ``noisy_learning_rate``. ``delta`` is the
    certificate's.

    The defaults certify epsilon near 10, and leave 0.0014 % of the original's weights: a smaller
    decay or less noise keeps more of them, at the price of the epsilon in the record.
    """

    model_clip: Positive = 10.0
    gradient_clip: Positive = 1.0
    decay: Annotated[float, Field(ge=0)] = 20.0
    noise: Positive = 0.035
    noisy_steps: Count = 50
    noisy_learning_rate: Positive = 0.01
    delta: Annotated[float, Field(gt=0, lt=1)] = 1e-5

    @model_validator(mode="after")
    def _weights_shrink(self):
        if self.noisy_learning_rate * self.decay >= 1:
            raise UserError("noisy_finetune: noisy_learning_rate times decay must be below 1.")
        return self


#: Of the fine-tuning alone: the certificate's settings are the user's decision.
SEARCH = {**FIT, "learning_rate": Log(1e-3, 3e-2)}
#: A smaller share of the original's weights counts as none.
SOME = 0.01


def sensitivity(settings: Settings) -> float:
    """Distance that the noise of one step would have to hide, if one step made up for all.

    Two runs on the same retain set start within 2 C0 of each other. A step contracts their distance
    by rho = 1 - rate * decay and adds at most s = 2 * rate * C1, so that Z = rho^T 2 C0 + s (1 +
    rho + ... + rho^(T-1)) is to be made up by shifts a_t with sum rho^(T-t) a_t = Z; each costs
    a_t^2. The least sum of squares is Z^2 / sum rho^(2 (T-t)), of which this is the square root.
    """
    rho = 1 - settings.noisy_learning_rate * settings.decay
    powers = [rho**t for t in range(settings.noisy_steps)]
    distance = 2 * settings.model_clip * rho**settings.noisy_steps
    distance += 2 * settings.noisy_learning_rate * settings.gradient_clip * sum(powers)
    return distance / math.sqrt(sum(power**2 for power in powers))


def certificate(settings: Settings) -> dict[str, float]:
    """(epsilon, delta) by which the model differs from one that certainly never saw the rows.

    The Renyi divergence of order a is a * r with r = sensitivity^2 / (2 noise^2); the best order
    gives epsilon = r + 2 sqrt(r ln(1 / delta)).
    """
    rate = sensitivity(settings) ** 2 / (2 * settings.noise**2)
    epsilon = rate + 2 * math.sqrt(rate * math.log(1 / settings.delta))
    return {"epsilon": epsilon, "delta": settings.delta}


def share_left(settings: Settings) -> float:
    """Share of the original's weights that the noisy steps leave, where they are not clipped."""
    return (1 - settings.noisy_learning_rate * settings.decay) ** settings.noisy_steps


def remark(settings: Settings) -> str:
    """The remark of a table: what the certificate covers, and what the noise leaves."""
    epsilon, share = certificate(settings)["epsilon"], share_left(settings)
    text = (
        f"its certificate (epsilon {epsilon:.3g}, delta {settings.delta:g}) covers "
        f"{settings.noisy_steps} noisy steps, which leave {100 * share:.2g} % of the original's "
        "weights"
    )
    return f"{text}: this is retraining from noise" if share < SOME else text


def unlearn(model, task, settings: Settings):
    """Clip the weights, take noisy steps on the retain set, then fine-tune; report the certificate.

    The certificate holds against one who sees the final model but neither the steps nor the run's
    seed, from which the noise follows. What a network keeps beside its weights (running means)
    carries no noise: it is set back to that of a fresh network before the fine-tuning.
    """
    import torch

    from regression_unlearning.training.batches import at_least
    from regression_unlearning.training.optimiser import NoisySGD

    with torch.no_grad():
        weights = list(model.parameters())
        length = torch.stack([weight.norm() for weight in weights]).norm()
        for weight in weights:
            weight *= (settings.model_clip / length).clamp(max=1.0)

    def noisy(model, _settings):
        return NoisySGD(
            list(model.parameters()),
            lr=settings.noisy_learning_rate,
            gradient_clip=settings.gradient_clip,
            decay=settings.decay,
            noise=settings.noise,
        )

    batches = at_least(len(task.retain), settings.batch_size)
    steps_alone = {"clip": None, "schedule": None, "keep": "last"}
    plan = settings.model_copy(
        update={"epochs": -(-settings.noisy_steps // batches), **steps_alone}
    )
    task.fit(
        model,
        plan,
        make_optimiser=noisy,
        replayable=True,
        after_step=lambda _model, steps: steps >= settings.noisy_steps,
        phase="noisy",
    )
    fresh = dict(task.new_model("buffers").named_buffers())
    for name, buffer in model.named_buffers():
        buffer.copy_(fresh[name])
    task.fit(model, settings, phase="finetune")
    task.facts.update(certificate(settings), original_share_left=share_left(settings))
    return model
