"""Runs one notebook through JupyterLab's own executor and our kernel, with a line per cell as it goes.

    python execute.py INPUT OUTPUT [FOLDER]    FOLDER is where the kernel runs, by default the input's
"""

import sys
import time
from pathlib import Path

import nbformat
from clean import clean, write
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

KERNEL = "scorebook"


def title(cells, index: int) -> str:
    """The last heading above a cell that no other code cell has taken, else the cell's first line of code."""
    if index > 0 and cells[index - 1].cell_type == "markdown":
        headings = [line for line in cells[index - 1].source.splitlines() if line.startswith("#")]
        if headings:
            return headings[-1].lstrip("# ")
    lines = [line for line in cells[index].source.splitlines() if line.strip()]
    return lines[0].strip() if lines else ""


class Printer:
    """What the user sees: which cell runs, and how long each took."""

    def __init__(self, notebook):
        self.cells = notebook.cells
        self.code = [i for i, cell in enumerate(self.cells) if cell.cell_type == "code" and cell.source.strip()]
        self.begin = time.monotonic()
        self.running = None

    def kernel_is_ready(self, **_):
        print(f"  kernel ready after {time.monotonic() - self.begin:.1f} s", flush=True)

    def starts(self, cell, cell_index):
        self.cell_begin = time.monotonic()
        self.running = cell
        number = f"[{self.code.index(cell_index) + 1}/{len(self.code)}]"
        print(f"  {number:>7} {title(self.cells, cell_index)[:70]:<70} ", end="", flush=True)

    def ends(self, cell, cell_index, execute_reply):
        if cell_index in self.code:
            print(f"{time.monotonic() - self.cell_begin:7.1f} s", flush=True)


def printed(cell) -> str:
    """What a failed cell printed: tslab reports errors as text on stderr."""
    texts = [output.get("text", "") for output in cell.outputs if output.output_type == "stream"]
    return "".join(texts).strip()


def execute(source: Path, target: Path, folder: Path) -> bool:
    notebook = nbformat.read(source, as_version=4)
    printer = Printer(notebook)
    client = NotebookClient(
        notebook,
        kernel_name=KERNEL,
        timeout=None,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
        on_notebook_start=printer.kernel_is_ready,
        on_cell_execute=printer.starts,
        on_cell_executed=printer.ends,
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    console = target.with_suffix(".kernel.log")  # TensorFlow's own messages, and the stack where the kernel crashes
    failure = None
    try:
        with open(console, "w", encoding="utf-8") as stderr:
            client.execute(stderr=stderr)
    except CellExecutionError:
        failure = "the cell failed"
    except (DeadKernelError, RuntimeError) as error:  # the latter where the kernel does not even start
        failure = f"{error or type(error).__name__}\n{console.read_text(encoding='utf-8')[-2000:]}"
    if failure:
        failed = printer.running
        print(f"\n\n{failure}:\n\n{failed.source if failed else ''}\n\n{printed(failed) if failed else ''}", flush=True)
    else:
        console.unlink()
    clean(notebook)
    temporary = target.with_suffix(".tmp")
    write(notebook, temporary)
    temporary.replace(target)
    return failure is None


if __name__ == "__main__":
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    folder = Path(sys.argv[3]) if len(sys.argv) > 3 else source.parent
    try:
        sys.exit(0 if execute(source, target, folder) else 1)
    except KeyboardInterrupt:
        sys.exit(130)
