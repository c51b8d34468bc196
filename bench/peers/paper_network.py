"""The score network of bench/workload.ts in PyTorch.

Three residual MLPs, sinusoidal time embedding, noise parameterisation.
"""

import math

import torch
from torch import nn

DIM, WIDTH, TIME, LEVELS = 10, 128, 64, 400


def linear(inputs, outputs, gain=1.0):
    layer = nn.Linear(inputs, outputs)
    nn.init.normal_(layer.weight, std=gain / math.sqrt(inputs))
    nn.init.zeros_(layer.bias)
    return layer


class ResidualMlp(nn.Module):
    """h_1 = relu(x W_1 + b_1), h_k = h_{k-1} + relu(h_{k-1} W_k + b_k), y = h_3 W + b."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.first = linear(inputs, WIDTH, math.sqrt(2))
        self.residual = nn.ModuleList([linear(WIDTH, WIDTH), linear(WIDTH, WIDTH)])
        self.last = linear(WIDTH, outputs)

    def forward(self, rows):
        h = torch.relu(self.first(rows))
        for layer in self.residual:
            h = h + torch.relu(layer(h))
        return self.last(h)


class PaperNetwork(nn.Module):
    """eps_hat(theta, x, t) for theta, x [B, 10] and t [B, 1] in [0, 1]."""

    def __init__(self):
        super().__init__()
        self.theta = ResidualMlp(DIM, WIDTH)
        self.x = ResidualMlp(DIM, WIDTH)
        self.head = ResidualMlp(2 * WIDTH + TIME, DIM)
        frequencies = 400 * 10_000 ** (-torch.arange(TIME // 2) / (TIME // 2 - 1))
        self.register_buffer("frequencies", frequencies[None])

    def forward(self, theta, x, t):
        angles = t * self.frequencies
        time = torch.cat([torch.sin(angles), torch.cos(angles)], 1)
        return self.head(torch.cat([self.theta(theta), self.x(x), time], 1))


def gamma():
    """The levels' share of the data's variance, t = 0 ... T."""
    t = torch.arange(LEVELS + 1) / LEVELS
    values = torch.exp(-0.1 * t - 19.9 * t * t / 2)
    values[-1] = 0
    return values


def pairs(count, seed=1):
    generator = torch.Generator().manual_seed(seed)
    theta = torch.randn(count, DIM, generator=generator)
    variance = torch.linspace(0.6, 1.4, DIM)
    return theta, theta + variance.sqrt() * torch.randn(count, DIM, generator=generator)
