"""No operation of a job lacks a deterministic CUDA form, and none reads what was never written.

Two walks, both without a GPU. The first runs whole jobs (train, unlearn, observe, relearn) of every
network with every method on the CPU, on the code path of a GPU, and looks at every ATen operation
below autograd, the backward pass and per-row gradients included. The second runs each network's
forward pass on pretended CUDA tensors, where torch chooses CUDA's operations: those that no CPU
dispatches must be on a short list, each of which has been looked into.

What they cannot see: cuDNN (its convolutions are told to be deterministic by
``torch.use_deterministic_algorithms``, its LSTM by ``CUBLAS_WORKSPACE_CONFIG``, which
`program.run` sets); kernels that add atomically without telling, beyond those of
`determinism.SILENT`; training with ``compile``; a plug-in's own networks and methods. tests/gpu
runs twice on a GPU and compares bits.
"""

from types import SimpleNamespace

import image_tasks
import method_tasks
import numpy as np
import pytest
import test_quantiles
import torch
from determinism import RAISES, RAISES_FOR, Watch
from test_methods_all import METHODS, fits, options
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn.functional import interpolate

from regression_unlearning import registry
from regression_unlearning.models.allcnn import Settings as AllCNN
from regression_unlearning.models.lstm import Settings as LSTM
from regression_unlearning.models.mobilenet_v3 import Settings as MobileNetV3
from regression_unlearning.models.modules import one_step_tft as tft
from regression_unlearning.models.modules import sentence_pair_lstm as lstm
from regression_unlearning.models.resnet18 import Settings as ResNet18
from regression_unlearning.models.tft import Settings as TFT
from regression_unlearning.settings.measuring import Observation, Relearning
from regression_unlearning.settings.training import Fit, Plateau
from regression_unlearning.training.observe import observe
from regression_unlearning.training.relearn import relearn
from regression_unlearning.training.train import train
from regression_unlearning.training.unlearn import unlearn

pytestmark = pytest.mark.slow

NETWORKS = {
    "lstm": LSTM(name="lstm", hidden=4, head=(4, 3)),
    "tft": TFT(name="tft", hidden=4, hidden_continuous=2, embedding=2, heads=2),
    "allcnn": AllCNN(name="allcnn", width=0.05),
    "resnet18": ResNet18(name="resnet18"),
    "mobilenet_v3": MobileNetV3(name="mobilenet_v3"),
}
#: One epoch in batches of 12: a step of each kind is enough.
SHORT = {"epochs": 1, "batch_size": 12}
FEW = {"ssd": {"rows": 2}, "lfssd": {"rows": 2}, "fisher_noise": {"rows": 2}}
FEW["influence"] = {"iterations": 1, "rows": 4}
FEW["noisy_finetune"] = {"noisy_steps": 2}


def few(task, train_rows=12, others=4):
    """The same task with a few rows of each part: every operation, little arithmetic."""
    return task.having(
        retain=task.retain[:train_rows],
        forget=task.forget[:others],
        validation=task.validation[:others],
        held_out=task.held_out[:others],
    )


def task_of(network):
    if network == "lstm":
        return few(method_tasks.make_task(network=NETWORKS[network]))
    if network == "tft":
        return few(test_quantiles.make_task())
    return few(image_tasks.image_task(augments=True, network=NETWORKS[network]))


def settings_of(network, method):
    chosen = {**options(method), **(SHORT if fits(method) else {}), **FEW.get(method, {})}
    if (network, method) == ("mobilenet_v3", "influence"):
        chosen["layers"] = 3  # torch goes through the groups of a convolution one by one
    return chosen


def parts(task):
    none = task.validation[:0]
    return {
        "retain": task.retain,
        "forget": task.forget,
        "validation_retain": task.validation,
        "validation_forget": task.held_out,
        "test_retain": task.validation,
        "test_forget": none,
    }


def helped(network):
    """A network's task, its original model and a helper, all trained for one epoch."""
    task = task_of(network)
    fit = Fit(learning_rate=0.01, schedule=Plateau(name="plateau"), clip=1.0, **SHORT)
    original = train(task.nothing_forgotten(), fit)
    return task.having(helpers={"blindspot": train(task.having(seed=1), fit)}), original


def job(network, method, task, original):
    """Unlearn; return the bits of what came out."""
    model = unlearn(original, task.having(), method, **settings_of(network, method))
    return {name: value.numpy() for name, value in model.state_dict().items()}


def looks(task, model):
    """Observe and relearn, which ask for the network alone, whatever made its weights."""
    arrays = observe(model, task, parts(task), Observation(max_rows=3))
    counts = relearn(model, task, 1e-9, Relearning(orders=1, cap=2, batch_size=12))
    return {**arrays, "steps": np.array([count["steps"] for count in counts])}


@pytest.fixture(autouse=True)
def as_on_a_gpu(monkeypatch):
    """The LSTM reads its words as it does on a GPU."""
    monkeypatch.setattr(lstm, "on_cpu", lambda words: False)


def walked(network, methods=METHODS):
    with Watch() as watch:
        task, original = helped(network)
        looks(task, original)
        for method in methods:
            job(network, method, task, original)
    return watch


@pytest.mark.parametrize("network", NETWORKS)
def test_every_operation_of_a_job_has_a_deterministic_cuda_form(network):
    watch = walked(network)
    assert not watch.faults
    assert {"_fused_adam_", "randperm"} <= watch.seen  # the walk went below the optimiser


def test_the_walk_also_sees_the_lstm_s_own_path_on_a_cpu(monkeypatch):
    monkeypatch.setattr(lstm, "on_cpu", lambda words: True)
    watch = walked("lstm", ["finetune"])
    assert "cumprod" in watch.seen
    assert not watch.faults


def test_the_walk_names_the_interpolation_of_pytorch_forecasting(monkeypatch):
    monkeypatch.setattr(tft, "_with_deterministic_resampling", lambda network: None)
    watch = walked("tft", ["finetune"])
    assert watch.faults == {"upsample_linear1d_backward: upsample_linear1d_backward_out_cuda"}


ONE = torch.ones(1, 1, 4)
CALLS = {
    "bincount": lambda: torch.bincount(torch.arange(3), torch.ones(3)),
    "histc": lambda: torch.histc(torch.ones(3)),
    "median": lambda: torch.median(torch.ones(3), 0),
    "put_": lambda: torch.ones(3).put_(torch.tensor([1]), torch.ones(1)),
    "scatter_reduce": lambda: torch.ones(3).scatter_reduce(
        0, torch.tensor([1]), torch.ones(1), "prod"
    ),
    "nll_loss2d_forward": lambda: torch.nn.functional.nll_loss(
        torch.ones(1, 2, 2, 2), torch.zeros(1, 2, 2, dtype=torch.long)
    ),
    "upsample_linear1d_backward": lambda: (
        interpolate(ONE.clone().requires_grad_(), 3, mode="linear").sum().backward()
    ),
    "reflection_pad1d_backward": lambda: (
        torch.nn.functional.pad(ONE.clone().requires_grad_(), (1, 1), "reflect").sum().backward()
    ),
    "_adaptive_avg_pool2d_backward": lambda: (
        torch.nn.functional.adaptive_avg_pool2d(torch.ones(1, 5, 5, requires_grad=True), 3)
        .sum()
        .backward()
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_the_watch_knows_a_fault_of_each_kind(name):
    with Watch() as watch:
        CALLS[name]()
    assert {found.partition(":")[0] for found in watch.faults} == {name}


def test_the_watch_lets_pass_what_has_a_deterministic_form():
    with Watch() as watch:
        torch.bincount(torch.arange(3))
        torch.median(torch.ones(3))
        torch.ones(3).cumsum(0)
        torch.ones(3).index_put_((torch.tensor([1]),), torch.ones(1), accumulate=True)
        torch.ones(3).scatter_add(0, torch.tensor([1]), torch.ones(1))
        torch.ones(3).scatter_reduce(0, torch.tensor([1]), torch.ones(1), "sum")
    assert not watch.faults


def test_every_listed_operation_is_one_of_torch_s():
    """A name that torch has changed would be looked for in vain."""
    for name in (*RAISES, *RAISES_FOR):
        assert hasattr(torch.ops.aten, name), name


#: Forward operations that CUDA has and no CPU dispatches; their backward passes are sums and
#: products of single elements.
CUDA_ALONE = {"_thnn_fused_lstm_cell", "native_dropout"}
#: What compute nothing, or by cuBLAS.
PLAIN = {"prim::device", "_to_copy", "unbind", "mm", "mv", "addmm", "bmm"}


@pytest.mark.parametrize("network", NETWORKS)
def test_operations_that_only_cuda_dispatches_have_been_looked_into(network):
    """Without cuDNN: that asks for a driver."""
    settings = NETWORKS[network]
    known = ("hour_of_day", "day_of_week", "time_index")
    sizes = {"customers": 5, "known": known, "load": "load", "channels": 3, "width": 6}
    tft.resampling.cache_clear()  # made inside, its matrices are pretended too

    def forward(device):
        with torch.device(device):
            model = registry.load("network", network).build(
                settings, SimpleNamespace(device=device, history=4, **sizes), 1
            )
            customer, values = torch.zeros(3, 1, 1, dtype=torch.int64), torch.randn(3, 5, 4)
            if network == "tft":
                now = {"decoder_cat": customer, "decoder_cont": values[:, 4:]}
                inputs = {"encoder_cont": values[:, :4], **now}
            elif network == "lstm":
                inputs = torch.randn(3, 2, 10, 6)
            else:
                inputs = torch.randn(3, 3, 32, 32)
            with Watch() as watch:
                model.train()(inputs)
        return watch

    try:
        with FakeTensorMode(), torch.backends.cudnn.flags(enabled=False):
            there = forward("cuda")
    finally:
        tft.resampling.cache_clear()
    here = forward("cpu")
    assert not there.faults
    assert not here.faults
    assert there.seen & CUDA_ALONE or network in ("allcnn", "resnet18")
    assert there.seen - here.seen <= CUDA_ALONE | PLAIN


@pytest.fixture
def filled():
    """Switch torch to deterministic forms, with or without NaN in memory not yet written."""
    before = torch.utils.deterministic.fill_uninitialized_memory

    def switch(fill: bool) -> None:
        torch.use_deterministic_algorithms(True)
        torch.utils.deterministic.fill_uninitialized_memory = fill

    yield switch
    torch.use_deterministic_algorithms(False)
    torch.utils.deterministic.fill_uninitialized_memory = before


#: Fine-tuning with activations and a helper, per-row gradients, curvature, noise, a second player.
OF_EACH_KIND = ["blindspot", "ssd", "influence", "noisy_finetune", "sure"]


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("gpu_s_path", [True, False])
def test_no_result_reads_memory_that_was_never_written(network, gpu_s_path, filled, monkeypatch):
    """With NaN in fresh memory the bits are the same: the fill, off in jobs, guards nothing."""
    if not gpu_s_path:
        if network != "lstm":
            pytest.skip("one path for both devices")
        monkeypatch.setattr(lstm, "on_cpu", lambda words: True)
    found = []
    methods = OF_EACH_KIND if network == "resnet18" else METHODS  # eleven million weights
    for fill in (True, False):
        filled(fill)
        assert bool(torch.empty(1000).isnan().all()) or not fill
        task, original = helped(network)
        unlearned = [job(network, method, task, original) for method in methods]
        found.append([looks(task, original), *unlearned])
    for method, first, second in zip(["original", *methods], *found, strict=True):
        for name, values in first.items():
            assert values.tobytes() == second[name].tobytes(), (method, name)
            assert values.dtype.kind != "f" or np.isfinite(values).all(), (method, name)


def test_memory_that_is_read_unwritten_would_be_seen(filled):
    filled(True)
    assert torch.empty(3, 4).sum().isnan()
    filled(False)
    assert not torch.utils.deterministic.fill_uninitialized_memory
