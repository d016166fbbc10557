"""What comes with incidentlab beside the code: notebooks, lessons, recorded incidents and the lab, found by name.

In a checkout they stand at its top; a wheel bears them inside the package. A path that exists always wins over a name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from incidentlab.run.parameters import Parameter
from incidentlab.tables import BadInput
from incidentlab.whole import put_beside

_PACKAGE = Path(__file__).parent.parent
_NUMBER = re.compile(r"^\d+-")


def place(name: str) -> Path:
    """Return the folder of what comes with incidentlab: ``notebooks``, ``data`` or ``lab``.

    Raises
    ------
    BadInput
        It is neither in the package nor in a checkout around it.
    """
    for top in (_PACKAGE / "shipped", _PACKAGE.parent.parent):
        if (top / name).is_dir():
            return top / name
    raise BadInput(f"no folder {name} in the installed incidentlab; install its wheel, or work in a checkout")


def names() -> dict[str, Path]:
    """Return the notebooks that come with incidentlab, by what they are called without their number."""
    found = sorted(place("notebooks").glob("[0-9]*.ipynb"))
    return {_NUMBER.sub("", path.stem): path for path in found}


def notebook(given: str | Path) -> Path:
    """Return the path of a notebook: a file, or one that comes with incidentlab, by its name.

    Raises
    ------
    BadInput
        Neither is there.

    Examples
    --------
    >>> notebook("what-happened").name, notebook("02").name
    ('01-what-happened.ipynb', '02-why.ipynb')
    """
    path = Path(given)
    if path.is_file():
        return path
    ours = names()
    asked = _NUMBER.sub("", str(given).removesuffix(".ipynb"))
    numbered = [one for one in ours.values() if one.stem.startswith(f"{asked}-") and asked.isdigit()]
    if asked in ours or numbered:
        return ours[asked] if asked in ours else numbered[0]
    near = get_close_matches(asked, ours, n=1)
    guess = f"; did you mean {near[0]}?" if near else ""
    raise BadInput(f"no notebook {given}{guess} A path, or one of {', '.join(ours)}")


def question(notebook: Path) -> str:
    """Return the heading of a notebook: what it asks."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return str("".join(cells[0]["source"]).splitlines()[0].lstrip("# "))


def is_shipped(path: Path) -> bool:
    """Say whether something is inside the package, where nobody edits and nothing may be written."""
    return path.resolve().is_relative_to(_PACKAGE / "shipped")


def whole_defaults(notebook: Path, known: Mapping[str, Parameter]) -> dict[str, Any]:
    """Return the parameters of a shipped notebook whose default is a place beside it, as whole paths.

    Its kernel runs elsewhere, where what it writes may stand.
    """
    if not is_shipped(notebook):
        return {}
    defaults = {name: parameter.default for name, parameter in known.items() if isinstance(parameter.default, str)}
    beside = {name: notebook.parent / default for name, default in defaults.items() if "/" in default}
    return {name: str(path.resolve()) for name, path in beside.items() if path.exists()}


def copies(target: Path) -> list[Path]:
    """Write editable copies of the notebooks, with the recorded incidents that their defaults name.

    Parameters
    ----------
    target
        Folder for them, made if needed.

    Returns
    -------
    list of Path
        The notebooks.

    Raises
    ------
    BadInput
        A file of another content is in the way: nothing has been written then.
    """
    data = place("data")
    written = {path.name: _moved(path.read_text(encoding="utf-8")) for path in names().values()}
    written |= {
        f"data/{path.relative_to(data).as_posix()}": path.read_bytes()
        for path in sorted(data.rglob("*"))
        if path.is_file()
    }
    put_beside(target, written)
    return [target / path.name for path in names().values()]


def _moved(text: str) -> bytes:
    """Return a notebook whose recordings stand beside it rather than one folder up."""
    return text.replace('\\"../data', '\\"data').encode()
