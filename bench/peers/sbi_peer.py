"""The same work done by sbi: its own training of the same network, its factorised composition, its default sampling."""

import json
import statistics
import time

import torch
from sbi.inference import NLE, NPE, NPSE
from sbi.neural_nets import posterior_score_nn
from torch import nn

from paper_network import DIM, PaperNetwork, pairs


class VectorField(nn.Module):
    """The paper's network with the signature that sbi wants."""

    def __init__(self):
        super().__init__()
        self.network = PaperNetwork()

    def forward(self, theta, x_emb_cond, t):
        rows = torch.broadcast_shapes(theta.shape[:-1], x_emb_cond.shape[:-1])
        theta, x = theta.expand(*rows, DIM), x_emb_cond.expand(*rows, DIM)
        t = t.reshape(-1, 1).expand(theta.reshape(-1, DIM).shape[0], 1)
        return self.network(theta.reshape(-1, DIM), x.reshape(-1, DIM), t).reshape(*rows, DIM)


def prior():
    return torch.distributions.MultivariateNormal(torch.zeros(DIM), torch.eye(DIM))


def trained(same_network, epochs, batch):
    """sbi's NPSE on 10,000 simulations.

    Returns the trainer and its median seconds per step: its own epoch durations over its steps.
    """
    options = {"vf_estimator": posterior_score_nn(model=VectorField(), sde_type="vp")} if same_network else {}
    trainer = NPSE(prior=prior(), show_progress_bars=False, **options)
    theta, x = pairs(10_000)
    trainer.append_simulations(theta, x)
    trainer.train(training_batch_size=batch, validation_fraction=0.2, max_num_epochs=epochs)
    durations = trainer.summary["epoch_durations_sec"]
    return trainer, statistics.median(durations) / (8_000 // batch)


def prior_of(task):
    """The prior of a task, by its name."""
    box = torch.distributions.Uniform(-torch.ones(2), torch.ones(2))
    priors = {
        "gaussian-10d": prior(),
        "gaussian_linear": torch.distributions.MultivariateNormal(torch.zeros(10), 0.1 * torch.eye(10)),
        "two_moons": torch.distributions.Independent(box, 1),
    }
    return priors[task]


def simulations(path):
    """Parameters and data of a file."""
    with open(path) as file:
        pairs = json.load(file)
    return torch.tensor(pairs["theta"]), torch.tensor(pairs["x"])


def classical(method, path, task, x_obs, counts, epochs):
    """A training of sbi's NPE with splines, or of its NLE with a MAF, and draws for one observation.

    Everything is by default, but for the number of epochs where one is given. Returns the seconds of the training, its
    steps, the seconds of the draws by their count, and the draws of the last.
    """
    theta, x = simulations(path)
    makers = {
        "npe": lambda: NPE(prior=prior_of(task), density_estimator="nsf", show_progress_bars=False),
        "nle": lambda: NLE(prior=prior_of(task), density_estimator="maf", show_progress_bars=False),
    }
    trainer = makers[method]()
    trainer.append_simulations(theta, x)
    began = time.perf_counter()
    trainer.train(**({} if epochs is None else {"max_num_epochs": epochs}))
    training = time.perf_counter() - began
    # batches of 200 of the nine tenths that are not held out; those that are not full are left out
    steps = len(trainer.summary["epoch_durations_sec"]) * (int(0.9 * len(theta)) // 200)
    chains = {"sample_with": "mcmc", "mcmc_method": "slice_np_vectorized"} if method == "nle" else {}
    posterior = trainer.build_posterior(**chains)
    drawing = {}
    for count in counts:
        began = time.perf_counter()
        draws = posterior.sample((count,), x=torch.tensor(x_obs), show_progress_bars=False)
        drawing[count] = time.perf_counter() - began
    return {"training": training, "steps": steps, "drawing": drawing, "draws": draws.tolist()}


def default_training(path, name):
    """Seconds of sbi's NPSE training, by default, on the simulations of a file."""
    theta, x = simulations(path)
    trainer = NPSE(prior=prior_of(name), show_progress_bars=False)
    trainer.append_simulations(theta, x)
    began = time.perf_counter()
    trainer.train()
    return time.perf_counter() - began


class Draws:
    """Draws from trainings that happen at the first call; weights do not change the time of a draw."""

    def __init__(self):
        self.same, _ = trained(True, 3, 256)
        self.default, _ = trained(False, 3, 200)
        self.observations = pairs(100, seed=2)[1]

    def factorised(self, samples, n, steps):
        """Factorised composition over n observations: `steps` evaluations of the network on samples x n rows."""
        posterior = self.same.build_posterior()
        began = time.perf_counter()
        posterior.sample(
            (samples,),
            x=self.observations[:n],
            iid_method="fnpe",
            steps=steps,
            show_progress_bars=False,
            reject_outside_prior=False,
        )
        return time.perf_counter() - began

    def single(self, samples):
        """One observation, everything as sbi has it by default: VE diffusion, its own network, 500 steps."""
        posterior = self.default.build_posterior()
        began = time.perf_counter()
        posterior.sample((samples,), x=self.observations[:1], show_progress_bars=False)
        return time.perf_counter() - began

    def several(self, samples, n):
        """n observations, everything as sbi has it by default."""
        posterior = self.default.build_posterior()
        began = time.perf_counter()
        posterior.sample((samples,), x=self.observations[:n], show_progress_bars=False)
        return time.perf_counter() - began
