"""Measures on request: one line of JSON in, one line of JSON out, until the input ends."""

import json
import sys
import traceback
import warnings

answers = sys.stdout
# what libraries print must not reach the protocol
sys.stdout = sys.stderr
warnings.filterwarnings("ignore")

import torch  # noqa: E402

from bare import Forward, Training  # noqa: E402
from sbi_peer import Draws, classical as classical_trial, default_training as timed_training, trained  # noqa: E402

known = {}


def once(key, make):
    if key not in known:
        known[key] = make()
    return known[key]


def versions(_):
    import sbi

    return {"versions": {"torch": torch.__version__, "sbi": sbi.__version__, "python": sys.version.split()[0]}}


def training(request):
    fused = request.get("fused", False)
    return {"seconds": once(("training", fused), lambda: Training(fused)).steps(request["steps"])}


def forward(request):
    rows = request["rows"]
    return {"seconds": once(("forward", rows), lambda: Forward(rows)).passes(request["passes"])}


def sbi_training(request):
    return {"seconds": trained(request["same_network"], request["epochs"], request["batch"])[1]}


def factorised(request):
    return {"seconds": once("draws", Draws).factorised(request["samples"], request["n"], request["steps"])}


def single(request):
    return {"seconds": once("draws", Draws).single(request["samples"])}


def several(request):
    return {"seconds": once("draws", Draws).several(request["samples"], request["n"])}


def default_training(request):
    return {"seconds": timed_training(request["path"], request["prior"])}


def classical(request):
    of = ("method", "path", "prior", "x_obs", "counts", "epochs")
    return classical_trial(*(request[name] for name in of))


known_actions = (versions, training, forward, sbi_training, factorised, single, several, default_training, classical)
actions = {each.__name__: each for each in known_actions}

for line in sys.stdin:
    request = json.loads(line)
    torch.set_num_threads(request.get("threads", torch.get_num_threads()))
    try:
        answer = actions[request["do"]](request)
    except Exception:
        answer = {"error": traceback.format_exc()}
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
