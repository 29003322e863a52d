"""Networks of PyTorch from our descriptions, with parameters in our layout: images as height x width x channels."""

import math

import torch
import torch.nn.functional as F

ACTIVATIONS = {"identity": torch.nn.Identity, "relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}


class Shift(torch.nn.Module):
    """One factor or one addend for all numbers."""

    def __init__(self, factor, addend):
        super().__init__()
        self.factor = None if factor is None else torch.nn.Parameter(factor)
        self.addend = None if addend is None else torch.nn.Parameter(addend)

    def forward(self, x):
        if self.factor is not None:
            x = x * self.factor
        return x if self.addend is None else x + self.addend


class Residual(torch.nn.Module):
    def __init__(self, body, shortcut, activation):
        super().__init__()
        self.body, self.shortcut, self.activation = body, shortcut, activation

    def forward(self, x):
        return self.activation(self.body(x) + self.shortcut(x))


class Flatten(torch.nn.Module):
    """The channels innermost, as ours."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


class GlobalPool(torch.nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


def build(network, take):
    """The network as a module. take(*shape) gives the next parameters. It wants images as channels x height x width."""
    shape = network.get("shape", [network["inputs"]])
    return sequence(network["layers"], shape, take)[0]


def arrange(network, x):
    """Rows of inputs as the module wants them."""
    if "shape" not in network:
        return x
    return x.reshape(-1, *network["shape"]).permute(0, 3, 1, 2).contiguous()


def sequence(layers, shape, take):
    modules = []
    for layer in layers:
        module, shape = MAKERS[layer["kind"]](layer, shape, take)
        modules.append(module)
        if layer["kind"] != "residual" and layer.get("activation", "identity") != "identity":
            modules.append(ACTIVATIONS[layer["activation"]]())
    return torch.nn.Sequential(*modules), shape


def dense(layer, shape, take):
    linear = torch.nn.Linear(shape[0], layer["units"])
    set_parameters(linear, take(shape[0], layer["units"]).T, take(layer["units"]))
    return linear, [layer["units"]]


def conv2d(layer, shape, take):
    kernel, stride, filters = layer["kernel"], layer.get("stride", 1), layer["filters"]
    outputs = [math.ceil(length / stride) for length in shape[:2]]
    missing = [max(0, (n - 1) * stride + kernel - length) for n, length in zip(outputs, shape)]
    weight = take(kernel, kernel, shape[2], filters).permute(3, 2, 0, 1)
    bias = take(filters) if layer.get("bias", True) else None
    conv = torch.nn.Conv2d(shape[2], filters, kernel, stride, bias=bias is not None)
    set_parameters(conv, weight, bias)
    # The odd zero stands after the end, which the module's own padding can't say.
    if all(m % 2 == 0 for m in missing):
        conv.padding = tuple(m // 2 for m in missing)
        module = conv
    else:
        down, right = missing
        zeros = torch.nn.ZeroPad2d((right // 2, right - right // 2, down // 2, down - down // 2))
        module = torch.nn.Sequential(zeros, conv)
    return module, [*outputs, filters]


def scale(layer, shape, take):
    if layer.get("per") != "layer":
        raise ValueError("a scale for each channel has no counterpart here yet")
    factor = take(1) if layer.get("scale", True) else None
    addend = take(1) if layer.get("shift", True) else None
    return Shift(factor, addend), shape


def residual(layer, shape, take):
    body, output = sequence(layer["body"], shape, take)
    shortcut, _ = sequence(layer.get("shortcut", []), shape, take)
    return Residual(body, shortcut, ACTIVATIONS[layer.get("activation", "identity")]()), output


def set_parameters(module, weight, bias):
    module.to(weight.dtype)
    with torch.no_grad():
        module.weight.copy_(weight)
        if bias is not None:
            module.bias.copy_(bias)


MAKERS = {
    "dense": dense,
    "conv2d": conv2d,
    "scale": scale,
    "residual": residual,
    "flatten": lambda layer, shape, take: (Flatten(), [math.prod(shape)]),
    "global-pool": lambda layer, shape, take: (GlobalPool(), [shape[2]]),
}
