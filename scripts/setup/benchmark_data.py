"""Takes the reference samples of the benchmark tasks out of sbibm's wheel: FOLDER/reference/TASK-KK.f32.

Usage: benchmark_data.py WHEEL FOLDER [--observations]

With --observations it also writes FOLDER/observations.json, which is committed; without, it checks that file against the
wheel. A samples file holds 10,000 rows of little-endian float32 numbers.
"""

import bz2
import csv
import io
import json
import math
import os
import struct
import sys
import zipfile

ROWS = 10_000
OBSERVATIONS = range(1, 11)
# name: folder in the wheel, file with the observation
TASKS = {
    "gaussian_linear": ("gaussian_linear", "observation.csv"),
    "gaussian_linear_uniform": ("gaussian_linear_uniform", "observation.csv"),
    "slcp": ("slcp", "observation.csv"),
    "slcp_distractors": ("slcp", "observation_distractors.csv"),
    "bernoulli_glm": ("bernoulli_glm", "observation.csv"),
    "bernoulli_glm_raw": ("bernoulli_glm", "observation_raw.csv"),
    "gaussian_mixture": ("gaussian_mixture", "observation.csv"),
    "two_moons": ("two_moons", "observation.csv"),
    "sir": ("sir", "observation.csv"),
    "lotka_volterra": ("lotka_volterra", "observation.csv"),
}


def table(data: bytes) -> list[list[float]]:
    rows = list(csv.reader(io.StringIO(data.decode())))[1:]
    values = [[float(value) for value in row] for row in rows]
    if not values or any(len(row) != len(values[0]) or not all(map(math.isfinite, row)) for row in values):
        sys.exit("a table of the wheel is empty, ragged or not finite")
    return values


def number(value: float) -> float | int:
    return int(value) if value == int(value) else value


def write(path: str, data: bytes) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(f"{path}.tmp", "wb") as file:
        file.write(data)
    os.replace(f"{path}.tmp", path)


def read(wheel: zipfile.ZipFile, folder: str, observation: int, name: str) -> bytes:
    return wheel.read(f"sbibm/tasks/{folder}/files/num_observation_{observation}/{name}")


def observations(wheel: zipfile.ZipFile) -> str:
    tasks = []
    for task, (folder, file) in TASKS.items():
        lines = []
        for k in OBSERVATIONS:
            [theta] = table(read(wheel, folder, k, "true_parameters.csv"))
            [x] = table(read(wheel, folder, k, file))
            row = {"theta": [number(value) for value in theta], "xObs": [[number(value) for value in x]]}
            lines.append(f"      {json.dumps(row)}")
        body = ",\n".join(lines)
        tasks.append(f'  "{task}": {{\n    "reference": "{folder}",\n    "observations": [\n{body}\n    ]\n  }}')
    return "{\n" + ",\n".join(tasks) + "\n}\n"


def samples(wheel: zipfile.ZipFile, folder: str, observation: int) -> bytes:
    rows = table(bz2.decompress(read(wheel, folder, observation, "reference_posterior_samples.csv.bz2")))
    if len(rows) != ROWS:
        sys.exit(f"{folder}, observation {observation}: {len(rows)} samples instead of {ROWS}")
    values = [value for row in rows for value in row]
    return struct.pack(f"<{len(values)}f", *values)


def main(path: str, target: str, *options: str) -> None:
    published = os.path.join(target, "observations.json")
    with zipfile.ZipFile(path) as wheel:
        text = observations(wheel)
        if "--observations" in options:
            write(published, text.encode())
        elif open(published, encoding="utf-8").read() != text:
            sys.exit("data/sbibm/observations.json is not what the wheel holds")
        for folder in sorted({folder for folder, _ in TASKS.values()}):
            for k in OBSERVATIONS:
                write(os.path.join(target, "reference", f"{folder}-{k:02}.f32"), samples(wheel, folder, k))


main(*sys.argv[1:])
