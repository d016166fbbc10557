"""Every notebook over every kind of source: it answers, as far as the source lets it, and no cell fails."""

import json
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import papermill
import pytest

from incidentlab.run.warm import Server

ROOT = Path(__file__).parent.parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
TEXT = [
    "app-1  | Error: connect ECONNREFUSED 172.18.0.2:5432",
    "app-1  |     at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16)",
    'db-1   | LOG:  listening on IPv4 address "0.0.0.0", port 5432',
    "db-1   | LOG:  database system is ready to accept connections",
    "app-1  | database connected",
    "web-1  | GET / 200",
]
TIMED = [line.replace("| ", f"| 2026-03-01T10:00:0{place}.5Z ", 1) for place, line in enumerate(TEXT)]
SAID = {
    ("04-health-probes", "without-times"): "no container has a healthcheck",
    ("05-what-would-have-helped", "without-times"): "the start of app cannot be replayed: no start of db was seen",
    ("05-what-would-have-helped", "oom"): "the verdict names no service with a dependency",
    ("05-what-would-have-helped", "empty"): "the verdict names no service with a dependency",
}


def _text(folder: Path, lines: list[str]) -> Path:
    path = folder / "pasted.log"
    path.write_text("\n".join(lines) + "\n")
    return path


def _inspected(folder: Path) -> Path:
    """Write what `docker inspect` prints of all containers of a recording."""
    rows = [json.loads(line)["inspect"] for line in (ROOT / "data/oom/containers.jsonl").read_text().splitlines()]
    path = folder / "inspect.json"
    path.write_text(json.dumps(list({row["Id"]: row for row in rows}.values())))
    return path


def _without_compose(folder: Path) -> Path:
    path = folder / "bundle"
    shutil.copytree(ROOT / "data" / "startup-race", path)
    (path / "compose.json").unlink()
    facts = json.loads((path / "manifest.json").read_text())
    del facts["files"]["compose.json"]
    (path / "manifest.json").write_text(json.dumps(facts))
    return path


def _empty(folder: Path) -> Path:
    """Write a bundle whose sources were read and held nothing."""
    path = folder / "bundle"
    path.mkdir()
    facts = json.loads((ROOT / "data/fixed/manifest.json").read_text())
    nothing = {"sha256": sha256(b"").hexdigest(), "bytes": 0}
    kinds = {"containers.jsonl": "inspect", "events.jsonl": "events"}
    for name in kinds:
        (path / name).touch()
    facts |= {"files": {name: nothing | {"kind": kind} for name, kind in kinds.items()}, "ledger": []}
    (path / "manifest.json").write_text(json.dumps(facts))
    return path


SOURCES: dict[str, Any] = {
    "without-times": lambda folder: _text(folder, TEXT),
    "with-times": lambda folder: _text(folder, TIMED),
    "inspect": _inspected,
    "fixed": lambda _: ROOT / "data" / "fixed",
    "oom": lambda _: ROOT / "data" / "oom",
    "without-compose": _without_compose,
    "empty": _empty,
}


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_answers(notebook: Path, kind: str, server: Server, tmp_path: Path) -> None:
    """The notebook runs to its end without an error or a warning, and says in words what it cannot tell."""
    history = tmp_path / "history"
    history.mkdir()
    for name in ("fixed", "startup-race"):
        (history / name).symlink_to(ROOT / "data" / name)
    declared = papermill.inspect_notebook(str(notebook))
    given = {"source": str(SOURCES[kind](tmp_path)), "history": str(history), "folder": str(tmp_path / "written")}
    ran = papermill.execute_notebook(
        str(notebook),
        None,
        {name: value for name, value in given.items() if name in declared},
        engine_name="incidentlab-fast",
        progress_bar=False,
        cwd=str(notebook.parent),
        server=server.address,
    )
    outputs = [output for cell in ran.cells if cell.cell_type == "code" for output in cell.outputs]
    assert {output.output_type for output in outputs} <= {"display_data", "execute_result"}
    assert SAID.get((notebook.stem, kind), "") in " ".join(str(outputs).replace("\\n", " ").split())
