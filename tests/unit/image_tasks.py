"""Small tasks for tests of image networks: random images whose brightness is the target."""

import torch

from regression_unlearning.data.prepared import Prepared
from regression_unlearning.models.allcnn import Settings as AllCNN
from regression_unlearning.training.task import Task


class Images:
    """Images as a family of datasets hands them out; in training they are mirrored at random."""

    channels, device = 3, "cpu"

    def __init__(self, images, augments=False):
        self.images, self.augments = images, augments

    def batch(self, rows, *, training=False):
        chosen = self.images[rows]
        if training and self.augments:
            mirrored = torch.rand(len(rows)) < 0.5
            chosen = torch.where(mirrored[:, None, None, None], chosen.flip(3), chosen)
        return chosen


def images(rows=4, size=32, seed=0):
    return torch.randn(rows, 3, size, size, generator=torch.Generator().manual_seed(seed))


def image_task(augments=False, **changes):
    """A task that forgets the darkest images."""
    target = torch.arange(56.0) * 17 % 56 * 0.7 + 20
    made = images(56, 8) + (target / 20)[:, None, None, None]
    split = torch.zeros(56, dtype=torch.uint8)
    split[44:] = 1
    data = Prepared(Images(made, augments), target, split)
    rows, held_out = data.rows_of("train"), data.rows_of("validation")
    dark = target < 30
    values = {
        "data": data,
        "loss": "l1",
        "network": AllCNN(name="allcnn", width=0.05),
        "retain": rows[~dark[rows]],
        "forget": rows[dark[rows]],
        "validation": held_out[~dark[held_out]],
        "held_out": held_out[dark[held_out]],
        "seed": 3,
    }
    return Task(**{**values, **changes})
