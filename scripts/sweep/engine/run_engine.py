"""Snakemake's command line, which ends with the process that started it: where that is gone, standard input closes."""

import os
import signal
import threading

from snakemake.cli import main


def end_with_parent() -> None:
    while os.read(0, 1):
        pass
    # the engine and its jobs here; those on a cluster are cancelled by the engine
    os.killpg(os.getpgrp(), signal.SIGINT)


threading.Thread(target=end_with_parent, daemon=True).start()
main()
