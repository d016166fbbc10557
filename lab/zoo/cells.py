"""The cells of the zoo: what clients.yaml and programs.yaml say, multiplied out."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ZOO = Path(__file__).resolve().parent
RECORDED = ZOO / "recorded"
IMAGE = "incidentlab/zoo"
CLIENTS = yaml.safe_load((ZOO / "clients.yaml").read_text())
PROGRAMS = yaml.safe_load((ZOO / "programs.yaml").read_text())
KINDS = CLIENTS["kinds"]
TRIES_LATE = 10
TIMEOUT_S = 2


@dataclass(frozen=True)
class Cell:
    """One container to start, what stands around it, and the truth about what it will print."""

    library: str
    fault: str
    shape: str
    language: str
    package: str
    truth: dict[str, Any]
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    files: dict[str, Path | str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    kind: str = ""
    world: str = "none"
    own: bool = False
    delay: int = 0
    stop: str = ""
    log: bool = False

    @property
    def name(self) -> str:
        """What the manifest calls it."""
        return f"{self.library}/{self.fault}.{self.shape}"

    @property
    def path(self) -> Path:
        """Where its text lies."""
        return RECORDED / f"{self.name}.log"


def cells() -> list[Cell]:
    """Return every cell that the two tables describe."""
    return [*_clients(), *_programs()]


def write_manifest(versions: dict[str, str]) -> None:
    """Write which cells are recorded, and the truth about each."""
    rows = [
        json.dumps(
            {"cell": cell.name, "language": cell.language, "kind": cell.kind}
            | {"version": versions.get(cell.package, ""), **cell.truth}
        )
        for cell in sorted(cells(), key=lambda cell: cell.name)
        if cell.path.exists()
    ]
    (RECORDED / "manifest.jsonl").write_text("".join(f"{row}\n" for row in rows))


def _clients() -> Iterator[Cell]:
    """Libraries take turns: each meets every fault marked `always` and half of the others, in one of the shapes."""
    for number, (library, row) in enumerate(CLIENTS["libraries"].items()):
        for turn, (fault, column) in enumerate(CLIENTS["faults"].items()):
            shapes = [shape for shape in column["shapes"] if shape in row.get("shapes", column["shapes"])]
            if _applies(row, fault, column) and shapes and (column.get("always") or (number + turn) % 2 == 0):
                yield _client(library, row, fault, column, shapes[number // 2 % len(shapes)])


def _applies(row: dict[str, Any], fault: str, column: dict[str, Any]) -> bool:
    kinds = column.get("kinds", column.get("only", KINDS))
    return row["kind"] in kinds and fault not in row.get("without", []) and fault in row.get("faults", [fault])


def _client(library: str, row: dict[str, Any], fault: str, column: dict[str, Any], shape: str) -> Cell:
    kind = row["kind"]
    server = KINDS[kind]["host"]
    settings = KINDS[kind] | column.get("set", {}) | (column.get("only") or {}).get(kind, {})
    language = row.get("language", "program")
    command, files = _start(library, row, language)
    if column.get("stop") == "during" and language == "program":
        command = ["sh", "-c", f"set -e; while :; do {row['shell']}; sleep 0.3; done"] if "shell" in row else command
    return Cell(
        library=library,
        fault=fault,
        shape=shape,
        language=language,
        package=row["package"],
        truth=_truth(column, server),
        command=_shaped(command, shape) if language == "program" else command,
        environment=_environment(settings, shape, late=bool(column.get("delay"))),
        files=files,
        kind=kind,
        world=column.get("worlds", {}).get(kind, column["world"]),
        own=column.get("own", False),
        delay=column.get("delay", 0),
        stop=column.get("stop", ""),
        log=shape in column.get("log", []),
    )


def _truth(column: dict[str, Any], server: str) -> dict[str, Any]:
    truth = {"category": None, "service": None, "dependency": None} | column["truth"]
    truth |= {key: server for key in ("service", "dependency") if truth[key] == "server"}
    return truth | {"also": column.get("also", []), "either": [server, "app"] if column.get("either") else []}


def _start(library: str, row: dict[str, Any], language: str) -> tuple[list[str], dict[str, Path | str]]:
    if "shell" in row:
        return ["sh", "-c", row["shell"]], {}
    names = {"name": row.get("script", library), "class": row.get("class", "")}
    command = [part.format(**names) for part in row.get("command", CLIENTS["commands"].get(language, []))]
    suffix = {"python": ".py", "node": ".js", "ruby": ".rb", "php": ".php", "perl": ".pl"}.get(language, "")
    if suffix:
        folder = ZOO / "clients" / language
        script = folder / f"{row.get('script', library)}{suffix}"
        return command, {f"/app/app{suffix}": script, f"/app/shapes{suffix}": folder / f"shapes{suffix}"}
    if "script" in row and language == "program":
        script = ZOO / "clients" / "other" / row["script"]
        return command, {f"/app/app{script.suffix}": script}
    return command, {}


def _shaped(command: list[str], shape: str) -> list[str]:
    if shape != "retried" or command[0] != "sh":
        return command
    tries = "n=0; until {}; do n=$((n+1)); [ $n -lt $TRIES ] || exit 1; sleep 1; done"
    return ["sh", "-c", tries.format(command[2])]


def _environment(settings: dict[str, Any], shape: str, *, late: bool) -> dict[str, str]:
    tls = settings.get("tls", "off")
    settings = {"tls": tls} | settings
    if "url" in settings:
        settings["url"] = settings["url"].format(**settings)
    values = {key.upper(): str(value) for key, value in settings.items()}
    values |= {"SHAPE": shape, "TRIES": str(TRIES_LATE if late else 3), "TIMEOUT": str(TIMEOUT_S)}
    values["SSLMODE"] = {"off": "", "demanded": "require", "verified": "verify-full"}[tls]
    if values.get("PASSWORD"):
        values["AUTH"] = f"--no-auth-warning -a {values['PASSWORD']}"
    return values


def _programs() -> Iterator[Cell]:
    for library, row in PROGRAMS["programs"].items():
        for fault, text in row["cells"].items():
            column = PROGRAMS["faults"][fault]
            command = row.get("commands", {}).get(fault, row.get("command"))
            yield Cell(
                library=library,
                fault=fault,
                shape="alone",
                language=row.get("language", "program"),
                package=row["package"],
                truth=_truth(column, "app"),
                command=command or ["sh", "-c", text],
                files={row["file"]: text} if "file" in row and command else {},
                environment=column.get("environment", {}),
                options=column.get("options", {}),
                kind=row.get("kind", ""),
                stop=column.get("stop", ""),
            )
