"""Mini-batches of images: crops, flips, normalisation, and runs that go on where they stopped."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps
from rounding import close

from regression_unlearning.data.families.images.augmentation import crops, cut
from regression_unlearning.data.families.images.batch import Inputs, Reading
from regression_unlearning.data.prepared import Prepared
from regression_unlearning.errors import UserError
from regression_unlearning.models.allcnn import Settings as AllCNN
from regression_unlearning.settings.training import Fit
from regression_unlearning.training import interruption
from regression_unlearning.training.task import Task


def pixels(rows=7, channels=3, size=8):
    generator = torch.Generator().manual_seed(3)
    shape = (rows, channels, size, size)
    return torch.randint(0, 256, shape, dtype=torch.uint8, generator=generator)


@pytest.mark.parametrize("channels", [1, 3])
def test_crops_and_flips_are_pillow_s(channels):
    """The released code's order, an image at a time: margin, crop, flip."""
    images, padding = pixels(60, channels), 5
    torch.manual_seed(0)
    down, right, mirrored = crops(60, padding, flip=True)
    found = cut(images, down, right, mirrored)
    for number in range(60):
        plain = images[number].permute(1, 2, 0).squeeze(2).numpy()
        image = ImageOps.expand(Image.fromarray(plain), padding)
        left, top = padding + int(right[number]), padding + int(down[number])
        image = image.crop((left, top, left + 8, top + 8))
        if mirrored[number]:
            image = ImageOps.mirror(image)
        expected = np.asarray(image).reshape(8, 8, channels).transpose(2, 0, 1)
        np.testing.assert_array_equal(found[number].numpy(), expected)


def test_every_place_is_as_likely():
    torch.manual_seed(0)
    down, right, mirrored = crops(200_000, 2, flip=True)
    counts = torch.bincount(((down + 2) * 5 + right + 2) * 2 + mirrored, minlength=50)
    expected = 200_000 / 50
    assert ((counts - expected) ** 2 / expected).sum() < 85.4  # chi-squared, 49 degrees, p = 0.001
    assert not crops(1000, 2, flip=False)[2].any()


def test_values_are_normalised_and_rows_are_those_asked_for():
    images = pixels()
    inputs = Inputs({"images": images}, Reading(mean=0.25, deviation=2.0))
    rows = torch.tensor([5, 0, 5])
    expected = (images[rows].double() / 255 - 0.25) / 2.0
    found = inputs.batch(rows)
    close(found, expected, 3, 1.0)  # a division, a subtraction, a division
    assert found.is_contiguous(memory_format=torch.channels_last)
    assert (inputs.channels, inputs.size, inputs.augments) == (3, 8, True)
    assert not Inputs({"images": images}, Reading(padding=0, flip=False)).augments


def test_only_training_is_random():
    inputs = Inputs({"images": pixels()})
    rows = torch.arange(7)
    before = torch.get_rng_state()
    assert torch.equal(inputs.batch(rows), inputs.batch(rows))
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(1)
    first, second = inputs.batch(rows, training=True), inputs.batch(rows, training=True)
    torch.manual_seed(1)
    assert torch.equal(inputs.batch(rows, training=True), first)
    assert not torch.equal(first, second)
    assert inputs.images.equal(pixels())  # nothing was written into the data


@pytest.fixture
def task(tmp_path):
    inputs = Inputs({"images": pixels(24)}, Reading(padding=3))
    data = Prepared(inputs, torch.arange(24.0), torch.zeros(24, dtype=torch.uint8))

    def make(folder=None):
        return Task(
            data=data, loss="l1", network=AllCNN(name="allcnn", width=0.05),
            retain=torch.arange(20), forget=torch.empty(0, dtype=torch.int64),
            validation=torch.arange(20, 24), seed=5, state_folder=folder,
        )  # fmt: skip

    return make


@pytest.mark.parametrize("stop", [2, 4])
def test_an_interrupted_augmented_run_ends_in_the_same_bits(
    task, tmp_path, bits, stop, monkeypatch
):
    settings = Fit(epochs=2, learning_rate=0.01, batch_size=7)
    straight = task().new_model()
    task().fit(straight, settings)

    def ask(model, steps):
        if steps == stop:
            monkeypatch.setattr(interruption, "_asked", 15)
        return False

    broken = task()
    model = task().new_model()
    with pytest.raises(interruption.Interrupted):
        task(tmp_path).fit(model, settings, after_step=ask)
    monkeypatch.setattr(interruption, "_asked", None)
    resumed = broken.new_model("other weights, which the state replaces")
    task(tmp_path).fit(resumed, settings)
    assert bits(resumed) == bits(straight)


def test_a_number_for_each_channel_is_what_torchvision_makes_of_it():
    from torchvision.transforms.functional import center_crop, normalize

    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    said = {"mean": mean, "std": std, "crop": 6, "padding": 0, "flip": False}
    inputs = Inputs({"images": pixels()}, Reading.model_validate(said))
    expected = normalize(center_crop(pixels(), 6).double() / 255, mean, std)
    found = inputs.batch(torch.arange(7))
    assert inputs.size == 6 and found.is_contiguous(memory_format=torch.channels_last)
    # each factor is rounded, and each of two operations; the terms are 1 / std and mean / std
    close(found, expected, 5, 2 / min(std))


def test_a_random_cut_of_the_middle_needs_no_black():
    """A margin of what is left out at the edges: every cut lies within the image."""
    inputs = Inputs({"images": pixels() // 2 + 100}, Reading(padding=2, crop=4, mean=0))
    for _ in range(20):
        assert inputs.batch(torch.arange(7), training=True).min() >= 2 * 100 / 255 * (1 - 1e-6)


@pytest.mark.parametrize(
    ("said", "channels", "message"),
    [
        ({"mean": [0.1, 0.2, 0.3]}, 1, "reading.mean: 3 numbers for images of 1 channels"),
        ({"std": [0.1, 0.2]}, 3, "reading.deviation: 2 numbers for images of 3 channels"),
        ({"crop": 9}, 3, "reading.crop: 9 of images of 8 pixels a side"),
    ],
)
def test_a_reading_that_does_not_fit_the_images_is_one_line(said, channels, message):
    with pytest.raises(UserError, match=message):
        Inputs({"images": pixels(channels=channels)}, Reading.model_validate(said))
