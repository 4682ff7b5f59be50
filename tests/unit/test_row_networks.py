"""Networks for rows of a table: no row sees another, and methods reach every weight."""

import pytest
import torch
from rounding import close, depth
from torch import nn

from regression_unlearning.data.families.rows.batch import Inputs
from regression_unlearning.data.prepared import Prepared
from regression_unlearning.models.mlp import Settings as MLP
from regression_unlearning.models.modules.build import build
from regression_unlearning.models.tabular_resnet import Settings as TabularResNet
from regression_unlearning.training.per_sample import summed_gradients

NETWORKS = {
    "mlp": MLP(name="mlp", hidden=(6, 4), dropout=0.1, embedding=3),
    "tabular_resnet": TabularResNet(
        name="tabular_resnet", width=5, hidden=7, embedding=3, residual_dropout=0.1
    ),
}


def rows(train=24, validation=4, sizes=(4, 3), seed=0):
    """Rows whose target is a function of their numbers and categories, plus noise."""
    generator = torch.Generator().manual_seed(seed)
    count = train + validation + 4
    numeric = torch.randn(count, 3, generator=generator)
    categorical = torch.stack(
        [torch.randint(0, size, (count,), generator=generator) for size in sizes], 1
    )
    target = numeric @ torch.tensor([1.0, -0.5, 0.2]) + categorical.sum(1)
    target = target + 0.1 * torch.randn(count, generator=generator)
    split = torch.zeros(count, dtype=torch.uint8)
    split[train:], split[train + validation :] = 1, 2
    arrays = {"numeric": numeric, "categorical": categorical.int(), "sizes": torch.tensor(sizes)}
    return Prepared(Inputs(arrays), target, split)


@pytest.fixture(params=NETWORKS)
def network(request):
    return NETWORKS[request.param]


def test_no_row_depends_on_another(network):
    data = rows()
    model = build(network, data.inputs, 0).eval()
    together = model(data.batch(torch.arange(20)))
    alone = torch.cat([model(data.batch(torch.tensor([row]))) for row in range(20)])
    close(together, alone, depth(model), 10 * together.abs().max())
    assert together.std() > 0


def test_an_unknown_category_adds_nothing_and_stays_so(network):
    data = rows()
    model = build(network, data.inputs, 0)
    codes = torch.zeros(1, 2, dtype=torch.int64)
    read = model.table({"numeric": torch.ones(1, 3), "categorical": codes})
    assert read.tolist() == [[1.0] * 3 + [0.0] * 6]
    model.table({"numeric": torch.ones(1, 3), "categorical": codes}).sum().backward()
    assert not model.table.vectors.weight.grad.any()
    known = [model.table({"numeric": torch.ones(1, 3), "categorical": codes + n}) for n in (1, 2)]
    assert (known[0][0, 3:] != known[1][0, 3:]).all()  # each column has its own vectors
    assert not torch.equal(known[0][0, 3:6], known[0][0, 6:])


@pytest.mark.parametrize("of", [torch.square, torch.abs])
def test_gradients_of_each_row_are_those_of_a_backward_pass_a_row(network, of):
    data, count = rows(), 12
    model = build(network, data.inputs, 0).eval()
    wanted = {name: torch.zeros_like(weight) for name, weight in model.named_parameters()}
    for row in range(count):
        model.zero_grad()
        model(data.batch(torch.tensor([row]))).square().sum().backward()
        for name, weight in model.named_parameters():
            wanted[name] += of(weight.grad)
    found = summed_gradients(
        model, data.batch(torch.arange(count)), lambda output: output.square().sum(1), of
    )
    largest = max(values.abs().max() for values in wanted.values())
    assert found.keys() == wanted.keys()
    for name, values in wanted.items():
        close(found[name], values, 4 * depth(model, 9), largest, what=name)


def test_the_resnet_is_its_authors_equation():
    """Gorishniy et al. 2021, Section 3.2, in float64, with LayerNorm in BatchNorm's place."""
    data = rows(sizes=(3,))
    model = build(NETWORKS["tabular_resnet"], data.inputs, 0).eval().double()
    batch = data.batch(torch.arange(9))
    code = batch["categorical"][:, 0]
    vectors = model.table.vectors.weight[code]
    x = torch.cat([batch["numeric"].double(), vectors], 1)

    def norm(values, layer):
        values = values - values.mean(1, keepdim=True)
        values = values / (values.square().mean(1, keepdim=True) + layer.eps).sqrt()
        return values * layer.weight + layer.bias

    def linear(values, layer):
        return values @ layer.weight.T + layer.bias

    first, *blocks = model.hidden
    z = linear(x, first)
    for block in blocks:
        norms = next(one for one in block if isinstance(one, nn.LayerNorm))
        inner, outer = (one for one in block if isinstance(one, nn.Linear))
        z = z + linear(linear(norm(z, norms), inner).clamp(min=0), outer)
    wanted = linear(norm(z, model.last[0]).clamp(min=0), model.output)
    batch["numeric"] = batch["numeric"].double()
    close(model(batch), wanted, depth(model), 10 * wanted.abs().max(), "float64")
    assert len(blocks) == 2 and all(model.get_submodule(name) for name in model.layers)
