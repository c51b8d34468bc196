"""A simulator that talks in lines of JSON, in Python's standard library: x = theta + noise.

Its argument says how it misbehaves.
"""

import json
import os
import random
import sys
import time

behaviour = sys.argv[1] if len(sys.argv) > 1 else "well"
kept = []


def say(text):
    print(text, flush=True)


def misbehave(call, rng):
    """Does what the behaviour says to one call in twenty, by the call's own luck; whether it did."""
    if rng.random() >= 0.05:
        return False
    if behaviour == "refuses":
        say(json.dumps({"id": call["id"], "error": "no world"}))
    elif behaviour == "dies":
        print("out of luck", file=sys.stderr, flush=True)
        os._exit(3)
    elif behaviour == "hangs":
        time.sleep(60)
    elif behaviour == "babbles":
        say("Traceback: nonsense")
    elif behaviour == "nan":
        say(json.dumps({"id": call["id"], "x": [float("nan"), float("inf")]}))
    elif behaviour == "mute":
        say(json.dumps({"id": call["id"]}))
    else:
        return False
    return True


for line in sys.stdin:
    call = json.loads(line)
    rng = random.Random(call["seed"])
    if misbehave(call, rng):
        continue
    answer = json.dumps({"id": call["id"], "x": [value + rng.gauss(0, 1) for value in call["theta"]]})
    if behaviour == "backwards":
        # answers two calls at a time, the later one first; the last may be single
        kept.append(answer)
        if len(kept) == 2:
            say(kept.pop())
            say(kept.pop())
    else:
        say(answer)
