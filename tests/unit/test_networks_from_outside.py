"""Networks of somebody else's code: found layers, names in files, one line for what fails."""

import sys
from textwrap import dedent

import pytest
import torch
from image_tasks import Images, image_task, images
from rounding import close, depth
from safetensors.torch import load_file, save_file
from torch import nn
from torchvision.models import resnet18

from regression_unlearning import classes, load_model, provenance, registry, save_model, unlearn
from regression_unlearning.data.families.images.batch import Inputs, Reading
from regression_unlearning.data.prepared import Prepared
from regression_unlearning.errors import UserError
from regression_unlearning.models.modules.activations import evaluating, penultimate, recorded
from regression_unlearning.models.modules.build import build
from regression_unlearning.pipeline.fingerprints import Sources
from regression_unlearning.settings.networks import Network
from regression_unlearning.settings.section import validated

SOURCE = """
    from torch import nn, relu, cat
    from own_blocks import block

    class Small(nn.Module):
        def __init__(self, width=4, outputs=1, squeeze=False):
            super().__init__()
            self.layers = nn.ModuleList([block(3, width), block(width, width)])
            self.output = nn.Identity()
            self.head = nn.Sequential(nn.Dropout(0.2), nn.Linear(width, width), nn.ReLU())
            self.fc = nn.Linear(width, outputs)
            self.squeeze = squeeze

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            x = self.output(self.fc(self.head(x.mean((2, 3)))))
            return x.squeeze() if self.squeeze else x

    class Twice(Small):
        def forward(self, x):
            x = self.fc(self.head(x.mean((2, 3)).repeat(1, 2)[:, :4]))
            return self.fc(x.repeat(1, 4))

    class Positive(Small):
        def forward(self, x):
            return super().forward(x).exp()

    class Centred(Small):
        def forward(self, x):
            return super().forward(x - x.mean(0))

    class Folded(nn.Module):
        def __init__(self):
            super().__init__()
            self.only = nn.Conv2d(3, 1, 8)

        def forward(self, x):
            return self.only(x).flatten(1)

    def number():
        return 3
"""
BLOCKS = """
    from torch import nn

    def block(before, after):
        return nn.Sequential(nn.Conv2d(before, after, 3), nn.BatchNorm2d(after), nn.ReLU())
"""


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """A folder with a file of a user's, that the program runs in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name, text in {"own_nets": SOURCE, "own_blocks": BLOCKS}.items():
        (tmp_path / f"{name}.py").write_text(dedent(text), encoding="utf-8")
    yield tmp_path
    for name in ("own_nets", "own_blocks"):
        sys.modules.pop(name, None)


def made(name, outputs=1, seed=0, size=16, **more):
    settings = validated(Network, {"name": name, **more}, "model")
    return build(settings, Images(images(4, size)), seed, outputs)


def test_a_class_s_layers_are_found_and_its_names_stay():
    network = made("own_nets:Small")
    blocks = [f"network.layers.{n}.{m}" for n in (0, 1) for m in (0, 1)]
    assert network.layers == (*blocks, "network.head.1", "output")
    assert network.output is network.network.fc
    inputs = images(4, 16)
    with evaluating(network), penultimate(network) as seen:
        found = network(inputs)
        assert torch.equal(found, network.network(inputs))
        assert torch.equal(found, network.output(seen["activation"]))
    assert [name for name, _ in network.named_parameters()] == [
        f"network.{name}" for name, _ in network.network.named_parameters()
    ]


def test_named_layers_and_arguments_are_taken():
    network = made(
        "own_nets:Small", 3, arguments={"width": 5, "outputs": 3},
        layers=["layers.0", "head"], output="fc",
    )  # fmt: skip
    assert network.layers == ("network.layers.0", "network.head", "output")
    assert network(images(4, 16)).shape == (4, 3)


@pytest.mark.parametrize("rows", [1, 4])
def test_outputs_are_a_matrix(rows):
    network = made("own_nets:Small", arguments={"squeeze": True}).eval()
    assert network(images(rows, 16)).shape == (rows, 1)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (
            {"name": "own_net:Small"},
            "'own_net:Small': there is no module own_net, neither",
        ),
        ({"name": "own_nets:Smal"}, "own_nets.py: unknown class 'Smal'; did you mean 'Small'?"),
        ({"name": "own_nets:"}, "own_nets.py: unknown class ''"),
        ({"name": "torchvision/resnet81"}, "'torchvision/resnet81'; did you mean 'torchvision/re"),
        ({"name": "timm/resnet18"}, "unknown network 'timm/resnet18'; did you mean 'torchvision"),
        ({"name": "resnet81"}, "unknown network 'resnet81'; did you mean 'resnet18'"),
        ({"name": "own_nets:Small", "argument": 1}, "did you mean 'arguments'?"),
    ],
)
def test_a_wrong_name_is_one_line_before_anything_is_imported(model, said):
    with pytest.raises(UserError) as raised:
        validated(Network, model, "datasets.d.model")
    text = str(raised.value)
    assert said in text and text.startswith("datasets.d.model") and "\n" not in text
    assert "own_nets" not in sys.modules


@pytest.mark.parametrize(
    ("model", "outputs", "said"),
    [
        ({"arguments": {"widht": 4}}, 1, "making it failed: TypeError: "),
        ({}, 3, "for 3 rows it gives (3, 1), not (3, 3): let its last layer, 'fc', give 3 a row"),
        ({"output": "head.2"}, 1, "unknown output 'head.2'; did you mean 'head.1'?"),
        ({"output": "head.1"}, 1, "the output of its layer 'head.1' is changed afterwards"),
        ({"layers": ["layers"]}, 1, "unknown layer 'layers'; did you mean 'layers."),
        ({"name": "own_nets:Twice"}, 1, "its layer 'fc' is called 2 times"),
        ({"name": "own_nets:Positive"}, 1, "the output of its layer 'fc' is changed afterwards"),
        ({"name": "own_nets:Centred"}, 1, "a row's output depends on the other rows of its batch"),
        ({"name": "own_nets:Folded"}, 1, "no torch.nn.Linear is called in it"),
        ({"name": "own_nets:number"}, 1, "it is int, not a torch.nn.Module"),
        ({"arguments": {"width": -1}}, 1, "making it failed: "),
        ({"name": "torchvision/squeezenet1_1"}, 1, "no torch.nn.Linear is called in it"),
    ],
)
def test_a_network_that_does_not_serve_is_one_line(model, outputs, said):
    model = {"name": "own_nets:Small", **model}
    with pytest.raises(UserError) as raised:
        made(model.pop("name"), outputs, size=32, **model)
    assert said in str(raised.value) and "\n" not in str(raised.value)
    assert str(raised.value).startswith("network '")


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("resnet18", 2 + 8 + 1),  # the stem's two, blocks, the last
        ("mobilenet_v3_small", 13 + 1 + 1),
        ("efficientnet_b0", 1 + 16 + 1 + 1),
        ("vit_b_16", 1 + 12 + 1 + 1),
    ],
)
def test_torchvision_s_networks_end_in_what_the_loss_needs(name, layers):
    arguments = {"image_size": 32} if name.startswith("vit") else {}
    network = made(f"torchvision/{name}", 3, size=32, arguments=arguments)
    assert len(network.layers) == layers and network.output.out_features == 3
    with evaluating(network), recorded(network, network.layers) as seen:
        assert network(images(2, 32)).shape == (2, 3)
    assert all(seen[layer].shape[0] == 2 for layer in network.layers)


def test_a_class_may_be_an_entry_point(project, monkeypatch):
    info = project / "mine-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1\n")
    group = "[regression_unlearning.networks]\nmine_small = own_nets:Small\n"
    (info / "entry_points.txt").write_text(group)
    monkeypatch.syspath_prepend(str(project))
    registry.module_name.cache_clear()
    assert made("mine_small").output.out_features == 1
    registry.module_name.cache_clear()


def test_its_code_is_part_of_what_a_job_follows_from(project):
    def found():
        sources = Sources({"regression_unlearning": provenance.PACKAGE})
        classes.source_of("own_nets:Small")
        sources.add("own_nets")
        return sources.reached([("own_nets", "Small")])

    before = found()
    assert {"own_nets:Small", "own_blocks:block"} <= set(before)
    assert "own_nets:Twice" not in before
    blocks = project / "own_blocks.py"
    blocks.write_text(blocks.read_text(encoding="utf-8").replace("ReLU", "Tanh"), encoding="utf-8")
    after = found()
    assert [name for name in before if before[name] != after[name]] == ["own_blocks:block"]


def test_no_file_of_the_folder_stands_for_an_installed_package(project):
    (project / "json.py").write_text("raise SystemExit", encoding="utf-8")
    assert classes.source_of("json:JSONDecoder") not in {None, project / "json.py"}


IMAGENET = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}


def user_s_script(folder):
    """Somebody's own training script, short: targets in hundreds, ImageNet's numbers."""
    torch.manual_seed(0)
    pixels = torch.randint(0, 256, (56, 3, 32, 32), dtype=torch.uint8)
    target = pixels.double().mean((1, 2, 3)) - 100
    model = nn.DataParallel(resnet18(num_classes=1))
    mean, std = (torch.tensor(IMAGENET[key])[:, None, None] for key in ("mean", "std"))
    read = (pixels / 255 - mean) / std
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
    for _ in range(2):
        optimiser.zero_grad()
        (model(read[:44])[:, 0] - target[:44].float() / 100).square().mean().backward()
        optimiser.step()
    model.eval()
    with torch.no_grad():
        error = (model.module.double()(read.double())[:, 0] - target / 100).abs()
    state = {name: value.float() if value.is_floating_point() else value
             for name, value in model.state_dict().items()}  # fmt: skip
    torch.save({"state_dict": state, "epoch": 2}, folder / "faces.pt")
    return pixels, target, error


@pytest.mark.parametrize("method", ["finetune", "ssd", "eu_k"])
def test_a_script_s_resnet18_is_measured_as_there_and_unlearned(project, method):
    pixels, target, wanted = user_s_script(project)
    inputs = Inputs({"images": pixels}, Reading.model_validate({**IMAGENET, "padding": 0}))
    task = image_task(network=validated(Network, {"name": "torchvision/resnet18"}, "model"))
    data = Prepared(inputs, (target / 100).float(), task.data.split)
    task = task.having(data=data)
    original = load_model(task, "faces.pt")
    rows = torch.arange(56)
    error = (task.outputs(original, rows)[:, 0] - data.target).abs()
    scale = (target / 100).abs().max() + wanted.max()
    close(error, wanted, depth(original), scale)
    options = OPTIONS[method]
    model = unlearn(original, task, method, **options)
    save_model(model, "unlearned.safetensors")
    theirs = resnet18(num_classes=1).eval()
    theirs.load_state_dict(load_file("unlearned.safetensors"))
    with torch.no_grad():
        found = theirs(inputs.batch(rows))
    assert torch.equal(found, task.outputs(load_model(task, "unlearned.safetensors"), rows))
    assert not torch.equal(found, task.outputs(original, rows))


FIT = {"epochs": 1, "learning_rate": 0.01, "batch_size": 16}
OPTIONS = {
    "finetune": {**FIT, "optimizer": "sgd", "momentum": 0.9, "weight_decay": 1e-4},
    "ssd": {"alpha": 1.0, "lambda": 0.5},
    "eu_k": {**FIT, "k": 2},
}


def test_what_a_file_lacks_is_named_as_in_the_file(project):
    state = resnet18(num_classes=1).state_dict()
    state["head.weight"] = state.pop("fc.weight")
    save_file(state, "m.safetensors")
    task = image_task(network=validated(Network, {"name": "torchvision/resnet18"}, "model"))
    with pytest.raises(UserError) as raised:
        load_model(task, "m.safetensors")
    assert str(raised.value) == (
        "cannot load m.safetensors into ResNet: 1 of 122 weights missing, the first 'fc.weight' "
        "(closest there: 'head.weight'); 1 foreign, the first 'head.weight'. "
        "See docs/your-own-model.md."
    )
