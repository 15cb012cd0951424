"""Both kernels compute, started through Jupyter as a browser would start them."""

from __future__ import annotations

import json
import shlex

import pytest
from machine import HERE, Machine

CLIENT = (HERE / "kernel_client.py").read_text(encoding="utf-8")

# d/dx x³ at 2 is 12; a convolution of ones counts the window.
THEANO = """
import json, numpy as np, theano, theano.tensor as T, lasagne
x = T.scalar()
slope = float(theano.function([x], T.grad(x ** 3, x))(2))
picture = T.tensor4()
layer = lasagne.layers.InputLayer((None, 1, 5, 5), picture)
layer = lasagne.layers.Conv2DLayer(layer, 1, 3, W=lasagne.init.Constant(1), b=None, nonlinearity=None)
counts = theano.function([picture], lasagne.layers.get_output(layer))(np.ones((1, 1, 5, 5), "float32"))
found = [slope, float(counts.min()), float(counts.max()), theano.config.floatX, theano.config.device]
print(json.dumps(found))
"""
TENSORFLOW = """
import json, os, pathlib, tempfile
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras, tensorflow as tf
x = tf.Variable(2.0)
with tf.GradientTape() as tape:
    y = x ** 3
layer = keras.layers.Conv2D(1, 3, kernel_initializer="ones", use_bias=False)
counts = layer(tf.ones((1, 5, 5, 1))).numpy()
slope = float(tape.gradient(y, x))
with tempfile.TemporaryDirectory() as folder:
    with tf.summary.create_file_writer(folder).as_default():
        tf.summary.histogram("weights", [slope], step=0)
    logs = len(list(pathlib.Path(folder).glob("events.out.tfevents.*")))
print(json.dumps([slope, float(counts.min()), float(counts.max()), keras.backend.backend(), logs]))
"""
PYTORCH = """
import json, os, torch
x = torch.tensor(2.0, requires_grad=True)
(x ** 3).backward()
counts = torch.nn.functional.conv2d(torch.ones(1, 1, 5, 5), torch.ones(1, 1, 3, 3))
print(json.dumps([float(x.grad), float(counts.min()), float(counts.max()), torch.get_num_threads()]))
"""


def test_jupyter_offers_the_kernels(machine: Machine, kernels: set[str]) -> None:
    answer = machine.get("workshop-jupyter", "/api/kernelspecs", token=machine.token)
    assert set(answer.json["kernelspecs"]) & {"theano", "tensorflow", "pytorch"} == kernels


@pytest.mark.parametrize(
    ("kernel", "code", "right"),
    [
        ("theano", THEANO, [12, 9, 9, "float32", "cpu"]),
        ("tensorflow", TENSORFLOW, [12, 9, 9, "tensorflow", 1]),
        ("pytorch", PYTORCH, [12, 9, 9, 1]),
    ],
)
def test_kernel_computes(
    machine: Machine, kernel: str, code: str, right: list[object], kernels: set[str]
) -> None:
    if kernel not in kernels:
        pytest.skip(f"network: {kernel} could not be had here")
    port = str(machine.port("workshop-jupyter"))
    printed = machine.python(CLIENT, port, f"{machine.prefix}/etc/token", kernel, code)
    assert json.loads(printed.splitlines()[-1]) == right


FAULTS = """
import os, resource
import numpy
def step():
    return sum(array[0] for array in [numpy.ones(800_000, "f4") for _ in range(16)])
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
step(); before = faults()
for _ in range(10):
    step()
print(os.environ.get("OPENBLAS_NUM_THREADS"), faults() - before)
"""


def test_theano_kernel_uses_one_blas_thread_and_keeps_its_memory(machine: Machine) -> None:
    """Two threads on two busy cores make training many times slower.

    A step's memory that was given back would have to be fetched anew, ten times 12,500 pages.
    """
    port = str(machine.port("workshop-jupyter"))
    printed = machine.python(CLIENT, port, f"{machine.prefix}/etc/token", "theano", FAULTS)
    threads, faults = printed.split()
    assert threads == "1"
    assert int(faults) < 12_500


CHOICE = (
    "from workshop.machine.tuning import choice; from workshop.core.settings import load_settings as settings"
)


def test_theano_kernel_takes_the_threads_that_were_chosen(machine: Machine) -> None:
    port = str(machine.port("workshop-jupyter"))
    code = "import os; print(os.environ.get('OPENBLAS_NUM_THREADS'))"
    choose = shlex.join([f"{machine.prefix}/venvs/theano/bin/python", "-P", "-c"])
    machine.run(f"{choose} {shlex.quote(f'{CHOICE}; choice.write(settings(), choice.here(3))')}")
    try:
        answer = machine.python(CLIENT, port, f"{machine.prefix}/etc/token", "theano", code)
    finally:
        machine.run(f"{choose} {shlex.quote(f'{CHOICE}; choice.forget(settings())')}")
    assert answer.strip() == "3"


CONNECTION = """
import json, os, pathlib, stat
from ipykernel.connect import get_connection_info
info = json.loads(get_connection_info())
folder = pathlib.Path(info["ip"]).parent
print(json.dumps([info["transport"], folder.stat().st_mode & 0o077, folder.stat().st_uid == os.getuid()]))
"""


@pytest.mark.parametrize("kernel", ["theano", "tensorflow", "pytorch"])
def test_no_other_account_hears_a_kernel(machine: Machine, kernel: str, kernels: set[str]) -> None:
    if kernel not in kernels:
        pytest.skip(f"network: {kernel} could not be had here")
    port = str(machine.port("workshop-jupyter"))
    printed = machine.python(CLIENT, port, f"{machine.prefix}/etc/token", kernel, CONNECTION)
    assert json.loads(printed.splitlines()[-1]) == ["ipc", 0, True]
