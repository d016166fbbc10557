"""One notebook, one source: checked, executed by papermill, written whole, and shown as an offline HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from incidentlab import offline
from incidentlab.bundle import address, loose
from incidentlab.run import shipped
from incidentlab.run.parameters import checked, declared, trust
from incidentlab.tables import BadInput, IncidentlabError
from incidentlab.whole import put_all, scratch

_TEMPLATES = Path(__file__).parent / "templates"


class NotebookFailed(IncidentlabError):
    """A cell of the notebook raised; what had run by then is kept, and the message says where."""


@dataclass(frozen=True)
class Ran:
    """What a run left: the executed notebook and its page."""

    notebook: Path
    page: Path


def run(
    notebook: Path | str,
    source: str,
    *,
    parameters: Mapping[str, Any] | None = None,
    output: Path | None = None,
    progress: bool = False,
) -> Ran:
    """Execute `notebook` over `source` and write the executed notebook and an offline HTML page.

    Parameters
    ----------
    notebook
        Path of one with a cell tagged ``parameters`` and in it a parameter ``source``; or the name of one that comes
        with incidentlab, such as ``what-happened``.
    source
        What `incidentlab.load` takes. A path is made absolute: the kernel runs in the notebook's folder, and for one
        inside the package in `output`.
    parameters
        Further parameters; unknown names and wrong types are errors before a kernel starts.
    output
        Folder for both files, made if needed; ``build/`` by default.
    progress
        Show papermill's progress bar on stderr.

    Raises
    ------
    BadInput
        The notebook is not there or not readable, or `source` is an address with a password.
    BadParameter
        A parameter is unknown or mistyped.
    NotebookFailed
        A cell raised. The executed notebook up to that cell is kept as ``NAME.failed.ipynb``.
    """
    notebook = shipped.notebook(notebook)
    known = declared(_read(notebook), name=notebook.name)
    values = shipped.whole_defaults(notebook, known)
    values |= checked({"source": source, **(parameters or {})}, known, name=notebook.name)
    if address.is_address(source):
        address.named(source)
    else:
        values["source"] = loose.AND.join(
            str(Path(one).resolve()) if loose.found(Path(one)) else one for one in loose.several(source)
        )
    folder = output or Path("build")
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{notebook.stem}-{_label(source)}"
    done, failed = folder / f"{name}.ipynb", folder / f"{name}.failed.ipynb"
    shown = folder / f"{name}.html"
    where = folder.resolve() if shipped.is_shipped(notebook) else notebook.parent
    with scratch() as private:
        partial = private / "notebook.ipynb"
        try:
            _execute(notebook, partial, values, folder=where, private=private, progress=progress)
        except NotebookFailed as error:
            put_all(folder, {failed.name: partial.read_bytes()})
            raise NotebookFailed(f"{error}; what ran is kept in {failed}") from error
        told = page(nbformat.read(partial, as_version=4), title=_label(source))
        put_all(folder, {done.name: partial.read_bytes(), shown.name: told.encode("utf-8", "replace")})
    failed.unlink(missing_ok=True)
    return Ran(done, shown)


def page(book: nbformat.NotebookNode, *, title: str, index: str | None = None) -> str:
    """Return an executed notebook as one HTML page that makes no request and runs no script but ours.

    Parameters
    ----------
    book
        As nbformat reads it.
    title
        What it is about: the incident. The window's title adds what the notebook asks.
    index
        Name of the page beside it that leads to all the others, if there is one.
    """
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(template_name="offline", extra_template_basedirs=[str(_TEMPLATES)])
    outputs = (output for cell in book.cells for output in cell.get("outputs", []))
    shown = "".join(output.get("data", {}).get("text/html", "") for output in outputs)
    needed = {"policy": offline.policy(shown), "scripts": offline.tags(shown), "index": index}
    asked = next((cell.source.splitlines()[0].lstrip("# ") for cell in book.cells if cell.source.startswith("#")), "")
    title = f"{title}: {asked}" if asked else title
    body, _ = exporter.from_notebook_node(book, resources={"metadata": {"name": title}, "offline": needed})
    return offline.harmless(str(body))


def _read(notebook: Path) -> nbformat.NotebookNode:
    if not notebook.is_file():
        raise BadInput(f"no notebook {notebook}; notebooks/ holds those of incidentlab")
    try:
        book: nbformat.NotebookNode = nbformat.read(notebook, as_version=4)
    except (ValueError, nbformat.reader.NotJSONError) as error:
        raise BadInput(f"{notebook} is no notebook: {str(error)[:120]}") from error
    return book


def literal(path: Path) -> str:
    """Return a path as papermill takes it, which fills in braces.

    Examples
    --------
    >>> literal(Path("out/{service}"))
    'out/{{service}}'
    """
    return str(path).replace("{", "{{").replace("}", "}}")


def _execute(
    notebook: Path, target: Path, values: Mapping[str, Any], *, folder: Path, private: Path, progress: bool
) -> None:
    """Execute a notebook in a folder; the kernel talks over sockets in `private`, not over TCP."""
    import papermill  # two seconds to import
    from traitlets.config import Config

    trust()
    try:
        papermill.execute_notebook(
            literal(notebook),
            literal(target),
            parameters=dict(values),
            kernel_name="python3",
            language="python",
            cwd=str(folder),
            progress_bar=progress,
            config=Config(KernelManager={"transport": "ipc", "connection_file": f"{private}/kernel.json"}),
        )
    except papermill.PapermillExecutionError as error:
        raise NotebookFailed(f"cell {error.exec_count} raised {error.ename}: {error.evalue}") from error


def _label(source: str) -> str:
    """Return a name for the files: the last part of the source, with only letters, digits, dot and dash."""
    stem = address.label(source) if address.is_address(source) else Path(source).name
    return "".join(c if c.isalnum() or c in ".-" else "-" for c in stem).strip("-.") or "source"
