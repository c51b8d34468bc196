"""What one writes with PyTorch alone: a training loop with the data in memory, and forward passes."""

import time

import torch

from paper_network import DIM, LEVELS, PaperNetwork, gamma, pairs


class Training:
    """Adam on the denoising score matching loss, batches gathered by index from tensors in memory."""

    def __init__(self, fused, count=10_000, batch=256):
        self.network = PaperNetwork()
        self.adam = torch.optim.Adam(self.network.parameters(), lr=1e-4, fused=fused)
        self.theta, self.x = pairs(count)
        self.order = torch.randperm(count)[: count // batch * batch].reshape(-1, batch)
        self.mean_coeff, self.std = gamma().sqrt(), (1 - gamma()).sqrt()

    def steps(self, count):
        began = time.perf_counter()
        for i in range(count):
            index = self.order[i % len(self.order)]
            theta, x = self.theta[index], self.x[index]
            t = torch.randint(1, LEVELS, (len(index),))
            eps = torch.randn_like(theta)
            noisy = self.mean_coeff[t][:, None] * theta + self.std[t][:, None] * eps
            noise = self.network(noisy, x, (t / LEVELS)[:, None])
            loss = ((noise - eps) ** 2).sum(1).mean()
            self.adam.zero_grad(set_to_none=True)
            loss.backward()
            self.adam.step()
        return (time.perf_counter() - began) / count


class Forward:
    """Forward passes over rows with their own theta, x and t; each depends on the one before, as ours do."""

    def __init__(self, rows):
        self.network = PaperNetwork()
        self.start = torch.randn(rows, DIM), torch.randn(rows, DIM), torch.rand(rows, 1)

    @torch.inference_mode()
    def passes(self, count):
        theta, x, t = self.start
        began = time.perf_counter()
        for _ in range(count):
            noise = self.network(theta, x, t)
            theta, x, t = theta + 1e-6 * noise, x + 1e-6 * noise, t * 0.9999
        return (time.perf_counter() - began) / count
