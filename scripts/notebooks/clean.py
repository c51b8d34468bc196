"""Takes from a notebook what differs between two runs or two machines without meaning anything.

python clean.py NOTEBOOK...    cleans the files in place
"""

import json
import sys

import nbformat

KEPT_IN_CELLS = {"tags"}
KERNELSPEC = {"display_name": "Scorebook (TypeScript)", "language": "typescript", "name": "scorebook"}
LANGUAGE = {"file_extension": ".ts", "mimetype": "text/typescript", "name": "typescript"}


def clean(notebook):
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNELSPEC, "language_info": LANGUAGE})
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02d}"
        cell.metadata = nbformat.from_dict({k: v for k, v in cell.metadata.items() if k in KEPT_IN_CELLS})
        if cell.cell_type == "code":
            cell.outputs = [cleaned(output) for output in merged(cell.outputs)]
    return notebook


def cleaned(output):
    """An output without what only the running kernel knew, such as the names of live displays."""
    output.pop("transient", None)
    if "metadata" in output:
        output.metadata = nbformat.from_dict({})
    return output


def merged(outputs):
    """Neighbouring pieces of one stream as one: where a print was cut depends on timing."""
    result = []
    for output in outputs:
        last = result[-1] if result else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            result.append(output)
    return result


def write(notebook, path):
    """Writes a notebook as nbformat does, but each chart, of which nobody reads the numbers, on a line of its own."""
    charts = []

    def line(value):
        charts.append(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
        return f"@chart {len(charts) - 1}@"

    short = nbformat.from_dict(notebook)
    for cell in short.cells:
        for output in cell.get("outputs", []):
            for kind, value in output.get("data", {}).items():
                if kind.endswith("+json"):
                    output.data[kind] = line(value)
    text = nbformat.writes(short)
    for k, chart in enumerate(charts):
        text = text.replace(f'"@chart {k}@"', chart)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text if text.endswith("\n") else f"{text}\n")


if __name__ == "__main__":
    for path in sys.argv[1:]:
        write(clean(nbformat.read(path, as_version=4)), path)
