"""Steps of PyTorch, one request a line on standard input, one answer a line on standard output.

{"do": "begin", "id": 0, "optimizer": "sgd", ..., "steps": 3}   -> {"losses": [...], "milliseconds": [...]}
{"do": "time", "id": 0, "threads": 1, "steps": 100}             -> {"milliseconds": 0.7}
{"do": "end", "id": 0}                                          -> {}
"""

import ctypes
import json
import sys
import time

import torch
import torch.nn.functional as F

from torch_network import arrange, build

try:
    from torch.func import grad, jacrev, vmap
except ImportError:
    from functorch import grad, jacrev, vmap


def open_blas():
    """The OpenBLAS of the process: torch.set_num_threads does not reach its thread pool."""
    try:
        return ctypes.CDLL("libopenblas.so.0")
    except OSError:
        return None


blas = open_blas()


def set_threads(threads):
    torch.set_num_threads(threads)
    if blas:
        blas.openblas_set_num_threads(threads)


def core_name():
    if not blas:
        return "no OpenBLAS"
    blas.openblas_get_corename.restype = ctypes.c_char_p
    return "OpenBLAS " + blas.openblas_get_corename().decode()


def read_start(path, network, batch, outputs, dtype):
    """A function that takes the parameters, then the inputs and the targets, from one file of float64."""
    with open(path, "rb") as file:
        numbers = torch.frombuffer(bytearray(file.read()), dtype=torch.float64).to(dtype)
    at = 0

    def take(*shape):
        nonlocal at
        length = 1
        for size in shape:
            length *= size
        at += length
        return numbers[at - length : at].reshape(shape)

    data = numbers[-batch * (network["inputs"] + outputs) :]
    x = data[: -batch * outputs].reshape(batch, network["inputs"])
    return take, arrange(network, x), data[-batch * outputs :].reshape(batch, outputs)


class FirstOrder:
    """SGD or Adam on the mean of (f - y)^2: twice the loss of the others, so half the rate, or twice epsilon."""

    def __init__(self, request, take, x, y):
        self.model, self.x, self.y = build(request["network"], take), x, y
        parameters = self.model.parameters()
        if request["optimizer"] == "sgd":
            self.optimizer = torch.optim.SGD(parameters, lr=request["sgd"] / 2)
        else:
            epsilon = 2 * request["adamEpsilon"]
            self.optimizer = torch.optim.Adam(parameters, lr=request["adam"], eps=epsilon)

    def loss(self):
        with torch.no_grad():
            return F.mse_loss(self.model(self.x), self.y).item() / 2

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        F.mse_loss(self.model(self.x), self.y).backward()
        self.optimizer.step()


class VmapGram:
    """w <- w - Jt (J Jt + alpha I)^-1 (f - y), the rows of J by vmap over the examples. For layers of tanh."""

    def __init__(self, request, take, x, y):
        widths = [x.shape[1], *(layer["units"] for layer in request["network"]["layers"])]
        self.weights = [w for i, o in zip(widths, widths[1:]) for w in (take(i, o), take(o))]
        self.x, self.y, self.alpha = x, y, request["alpha"]
        # One output: a gradient for each example. Several: a Jacobian.
        self.single = y.shape[1] == 1
        derivative = grad(lambda w, row: self.forward(w, row)[0]) if self.single else jacrev(self.forward)
        self.jacobian = vmap(derivative, (None, 0))

    def forward(self, weights, x):
        for l in range(0, len(weights), 2):
            x = x @ weights[l] + weights[l + 1]
            if l < len(weights) - 2:
                x = torch.tanh(x)
        return x

    def loss(self):
        return ((self.forward(self.weights, self.x) - self.y) ** 2).mean().item() / 2

    def step(self):
        residuals = (self.forward(self.weights, self.x) - self.y).reshape(-1)
        n = residuals.numel()
        parts = [part.reshape(n, -1) for part in self.jacobian(self.weights, self.x)]
        gram = sum(part @ part.T for part in parts)
        gram.diagonal().add_(self.alpha)
        u = torch.cholesky_solve(residuals[:, None], torch.linalg.cholesky(gram))[:, 0]
        self.weights = [w - (u @ part).reshape(w.shape) for w, part in zip(self.weights, parts)]


def begin(request):
    set_threads(request["threads"])
    dtype = getattr(torch, request["dtype"])
    start = read_start(request["path"], request["network"], request["batch"], request["outputs"], dtype)
    run = (VmapGram if request["optimizer"] == "vmap-gram" else FirstOrder)(request, *start)
    losses, milliseconds = [run.loss()], []
    start = time.perf_counter()
    while len(milliseconds) < request["steps"] and (time.perf_counter() - start) * 1000 < request["limit"]:
        milliseconds.append(timed(run, 1))
        losses.append(run.loss())
    return run, {"losses": losses, "milliseconds": milliseconds}


def timed(run, steps):
    start = time.perf_counter()
    for _ in range(steps):
        run.step()
    return (time.perf_counter() - start) / steps * 1000


def main():
    answer({"version": torch.__version__, "core": core_name()})
    runs = {}
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "begin":
            runs[request["id"]], result = begin(request)
            answer(result)
        elif request["do"] == "time":
            set_threads(request["threads"])
            answer({"milliseconds": timed(runs[request["id"]], request["steps"])})
        else:
            del runs[request["id"]]
            answer({})


def answer(value):
    print(json.dumps(value), flush=True)


main()
