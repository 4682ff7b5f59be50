"""Copied and loaded networks: recurrent weights in one piece, nothing shared."""

import pytest
import torch
from method_tasks import make_task, same
from torch import nn

from regression_unlearning.models.modules.build import seeded
from regression_unlearning.models.modules.copying import copied
from regression_unlearning.settings.measuring import Relearning
from regression_unlearning.training.checkpoints import load_model, save_model
from regression_unlearning.training.relearn import relearn
from regression_unlearning.training.unlearn import unlearn


@pytest.fixture
def flattened(monkeypatch):
    """The recurrent layers whose weights were brought into one piece, in their order."""
    found = []

    def note(layer):
        found.append(layer)

    monkeypatch.setattr(nn.LSTM, "flatten_parameters", note)
    return found


def test_a_copy_shares_nothing_and_has_its_recurrent_weights_in_one_piece(flattened):
    model = make_task().new_model()
    other = copied(model)
    assert same(model, other)
    assert flattened[-1] is other.lstm
    own = {weight.data_ptr() for weight in model.parameters()}
    assert not own & {weight.data_ptr() for weight in other.parameters()}


def test_a_loaded_model_has_them_too(flattened, tmp_path):
    task = make_task()
    save_model(task.new_model(), tmp_path / "model.safetensors")
    flattened.clear()
    model = load_model(task, tmp_path / "model.safetensors")
    assert flattened[-1] is model.lstm


def test_so_has_a_model_that_is_unlearned_or_relearns(flattened):
    task = make_task()
    original = task.new_model()
    flattened.clear()
    model = unlearn(original, task, "ssd", alpha=1, rows=4)
    assert flattened == [model.lstm]
    relearn(model, task, 1e-9, Relearning(orders=1, cap=1))
    assert len(flattened) == 2


def test_a_seed_in_a_block_leaves_the_generator_as_it_was():
    torch.manual_seed(4)
    before = torch.get_rng_state()
    with seeded(7, "cpu"):
        first = torch.rand(3)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(7)
    assert torch.equal(torch.rand(3), first)
