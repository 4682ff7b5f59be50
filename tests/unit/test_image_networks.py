"""Networks for images: the released code's layers, any size, torchvision's numbers, one output."""

import copy

import pytest
import torch
from image_tasks import Images, image_task, images
from rounding import close, depth
from torchvision.models import mobilenet_v3_large, resnet18

from regression_unlearning.errors import UserError
from regression_unlearning.models.modules.activations import penultimate, recorded
from regression_unlearning.models.modules.build import build
from regression_unlearning.models.modules.freezing import only_last
from regression_unlearning.settings.networks import Network
from regression_unlearning.settings.section import validated
from regression_unlearning.settings.training import Fit, Training
from regression_unlearning.training.train import train

NETWORKS = {
    "resnet18": {"name": "resnet18"},
    "allcnn": {"name": "allcnn", "width": 0.1},
    "mobilenet_v3": {"name": "mobilenet_v3"},
}


def network(name, outputs=1, seed=0):
    return build(validated(Network, NETWORKS[name]), Images(None), seed, outputs)


@pytest.fixture
def task():
    return image_task()


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("size", [32, 224])
def test_every_size_and_every_named_layer(name, size):
    model = network(name, outputs=3).eval()
    count = {"resnet18": 9, "allcnn": 8, "mobilenet_v3": 17}[name]
    assert len(model.layers) == count + 1 and model.layers[-1] == "output"
    with torch.no_grad(), recorded(model, model.layers) as seen, penultimate(model) as last:
        output = model(images(2, size))
    assert output.shape == (2, 3) and set(seen) == set(model.layers)
    assert all(seen[layer].ndim == 4 for layer in model.layers[:-1])
    assert torch.equal(seen["output"], output)
    given, weight, bias = last["activation"], model.output.weight, model.output.bias
    magnitude = given.abs() @ weight.abs().T + bias.abs()
    close(given @ weight.T + bias, output, given.shape[1] + 1, magnitude)


def theirs(name, model):
    """Load torchvision's own network with the weights of ours."""
    state = {key: value for key, value in model.state_dict().items() if key.startswith("maps")}
    base = {"resnet18": resnet18, "mobilenet_v3": mobilenet_v3_large}[name](weights=None)
    names = [key for key in base.state_dict() if not key.startswith(("fc", "classifier"))]
    assert len(names) == len(state)
    base.load_state_dict(dict(zip(names, state.values(), strict=True)), strict=False)
    return base


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v3"])
def test_the_feature_maps_are_torchvision_s(name):
    """With the same weights the means are the same, in training mode too, and so are gradients."""
    model = network(name).double()
    base = theirs(name, model).double()
    base.avgpool.register_forward_hook(lambda _m, _i, output: found.append(output.flatten(1)))
    found, inputs = [], images().double()
    for mode in (False, True):
        with penultimate(model.train(mode)) as seen:
            if name == "mobilenet_v3":
                model.dropout.p = 0.0
            model(inputs)
        base.train(mode)(inputs)
        close(seen["activation"], found[-1], depth(model), dtype="float64")
    weights = [next(network.parameters()) for network in (model, base)]
    gradients = [
        torch.autograd.grad(means.square().sum(), weight)[0]
        for means, weight in zip((seen["activation"], found[-1]), weights, strict=True)
    ]
    # torch's own hard sigmoid multiplies its gradient by 1/6 as a float32
    dtype = "float32" if name == "mobilenet_v3" else "float64"
    close(*gradients, 2 * depth(model), dtype=dtype)


def test_allcnn_against_plain_convolutions():
    model = network("allcnn").double().eval()
    maps = images().double()
    strides = [1, 1, 2, 1, 1, 2, 1, 1]
    for layer, stride in zip(model.maps.values(), strides, strict=True):
        weight, means = layer[0].weight, layer[1]
        means.running_mean.normal_()
        maps = torch.nn.functional.conv2d(
            maps, weight, stride=stride, padding=weight.shape[-1] // 2
        )
        maps = (maps - means.running_mean[:, None, None]) / (means.eps + 1) ** 0.5
        maps = maps.clamp(min=0)
    assert maps.shape == (4, 19, 8, 8)
    expected = maps.mean((2, 3)) @ model.output.weight.T + model.output.bias
    close(model(images().double()), expected, depth(model), dtype="float64")


@pytest.mark.parametrize("name", NETWORKS)
def test_the_seed_fixes_the_weights(name):
    first, again, other = (network(name, seed=seed).state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(value, again[key]) for key, value in first.items())
    assert not torch.equal(first["output.weight"], other["output.weight"])


def test_the_last_layers_alone_move():
    model = network("resnet18")
    with only_last(model, 2) as moving:
        assert {name.split(".")[1] for name in moving if name.startswith("maps")} == {"block8"}
        assert {"output.weight", "output.bias"} < set(moving)


def test_bfloat16_is_the_forward_pass_alone(task):
    """Weights, running means and predictions stay float32, the last layer's sums too."""
    plain = {"epochs": 3, "learning_rate": 0.01, "batch_size": 10}
    seen = []

    def spy(model, rows):
        output = model(task.data.batch(rows, training=True))
        seen.append(output.dtype)
        return task.per_row(output, task.data.target[rows]).mean()

    models = {}
    for precision in ("float32", "bfloat16"):
        model = models[precision] = task.new_model()
        with recorded(model, model.layers) as activations:
            task.fit(model, Fit(**plain, precision=precision), objective=spy)
        wanted = torch.bfloat16 if precision == "bfloat16" else torch.float32
        assert activations["maps.conv8"].dtype == wanted
    assert set(seen) == {torch.float32}
    states = [model.state_dict() for model in models.values()]
    assert all(value.dtype != torch.bfloat16 for value in states[1].values())
    assert not torch.equal(states[0]["output.weight"], states[1]["output.weight"])
    losses = [task.mean_loss(model, task.retain) for model in models.values()]
    # each layer's weights and outputs are rounded to 8 bits
    assert losses[1] == pytest.approx(losses[0], rel=2 * len(model.layers) * 2.0**-8)


def test_a_compiled_training_is_the_same_network(task, monkeypatch):
    """The loop trains what the compiler hands back; the model itself is what is kept."""
    asked = []
    compiled = torch.compile
    monkeypatch.setattr(
        torch, "compile", lambda model: asked.append(model) or compiled(model, backend="eager")
    )
    plain = {"epochs": 2, "learning_rate": 0.01, "batch_size": 10}
    with torch.random.fork_rng():
        expected = train(task, Training(**plain))
        assert not asked
        found = train(task.having(), Training(**plain, compile=True))
    assert asked == [found]
    other = expected.state_dict()
    assert found.state_dict().keys() == other.keys()
    assert all(torch.equal(value, other[name]) for name, value in found.state_dict().items())


def test_a_copy_of_a_network_is_independent():
    model = network("allcnn")
    copied = copy.deepcopy(model)
    copied.train()(images())
    before = model.state_dict()["maps.conv1.1.running_mean"]
    assert torch.equal(before, torch.zeros_like(before))


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v3"])
def test_grey_images_are_refused(name):
    grey = Images(None)
    grey.channels = 1
    with pytest.raises(UserError, match=rf"{name} reads images of 3 channels, these have 1"):
        build(validated(Network, NETWORKS[name]), grey, 0)
    assert build(validated(Network, NETWORKS["allcnn"]), grey, 0)(torch.zeros(2, 1, 8, 8)).numel()


def test_the_hard_sigmoid_is_torch_s_and_can_be_differentiated_twice():
    from regression_unlearning.models.modules.hard_sigmoid import HardSigmoid

    values = torch.linspace(-4, 4, 1001, dtype=torch.float64, requires_grad=True)
    found = HardSigmoid()(values)
    torch.testing.assert_close(found, torch.nn.functional.hardsigmoid(values), rtol=0, atol=1e-15)
    (slope,) = torch.autograd.grad(found.square().sum(), values, create_graph=True)
    (curvature,) = torch.autograd.grad(slope.sum(), values)
    inside = (values > -3) & (values < 3)
    torch.testing.assert_close(curvature, torch.where(inside, 2 / 36, 0.0).double())
