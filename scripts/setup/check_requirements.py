"""Ends with code 0 when every pin of a requirements file that applies to this Python is installed as pinned."""

import sys
from importlib.metadata import PackageNotFoundError, version

from packaging.requirements import Requirement


def installed(pin: str) -> bool:
    requirement = Requirement(pin)
    if requirement.marker and not requirement.marker.evaluate():
        return True
    try:
        return version(requirement.name) in requirement.specifier
    except PackageNotFoundError:
        return False


lines = (line.strip() for line in open(sys.argv[1], encoding="utf-8"))
sys.exit(not all(installed(line) for line in lines if line and not line.startswith("#")))
