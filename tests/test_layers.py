"""The house: which room may import which."""

import ast
from pathlib import Path

import pytest

LIB = Path(__file__).parent.parent / "lib" / "incidentlab"
GROUND = {"tables", "knowledge"}
"""what every room may import; they import nothing of ours"""

ROOMS = {
    "tables": set(),
    "whole": set(),
    "knowledge": set(),
    "incident": set(),
    "bundle": {"whole"},
    "redact": set(),
    "load": {"whole", "incident", "bundle", "parse", "collect", "redact"},
    "collect": {"bundle", "redact"},
    "parse": set(),
    "analyse": set(),
    "investigate": {"incident", "analyse"},
    "offline": set(),
    "plot": {"offline"},
    "report": {"whole", "incident", "investigate", "analyse", "offline"},
    "teach": {"whole", "offline", "incident", "load", "investigate", "analyse", "plot", "report"},
    "run": {"whole", "bundle", "offline", "redact"},
}
"""room -> the rooms that it may import besides the ground; `cli` and the front door may import all"""


def imported(module: Path) -> set[str]:
    """Return the rooms that a module imports."""
    names = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("incidentlab"):
            rest = node.module.split(".")[1:]
            names |= {rest[0]} if rest else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {a.name.split(".")[1] for a in node.names if a.name.startswith("incidentlab.")}
    return names - {"__version__"}


def room(module: Path) -> str:
    """Return the room that a module belongs to."""
    return module.relative_to(LIB).parts[0].removesuffix(".py")


@pytest.mark.parametrize("module", sorted(LIB.rglob("*.py")), ids=lambda path: str(path.relative_to(LIB)))
def test_imports_go_down(module: Path) -> None:
    """A room imports the ground and what the plan of the house allows it; the ground imports nothing."""
    here = room(module)
    if here in ("__init__", "cli"):
        return
    ground = set() if here in GROUND else GROUND
    assert imported(module) - {here} <= ROOMS[here] | ground


def test_every_room_is_in_the_plan() -> None:
    """A room that is in the folder is in the plan, and the other way round."""
    found = {room(path) for path in LIB.rglob("*.py")} - {"__init__", "cli"}
    assert found == set(ROOMS)


def test_the_drawing_holds() -> None:
    """In the drawing of CONTRIBUTING every room stands once, above all rooms that it may import."""
    text = (LIB.parent.parent / "CONTRIBUTING.md").read_text()
    drawn = text.split("```text\n", 1)[1].split("```", 1)[0].splitlines()
    lines = [line.split(" : ")[0].split() for line in drawn if " : " in line]
    levels = {room: -level for level, rooms in enumerate(lines) for room in rooms}
    assert set(levels) == {*ROOMS, "cli"}
    assert [(room, other) for room, others in ROOMS.items() for other in others if levels[other] >= levels[room]] == []
    assert all(levels[ground] < level for ground in GROUND for room, level in levels.items() if room not in GROUND)


def test_only_load_reaches_collect_and_only_late() -> None:
    """`load` takes in the engine's client only when a live project is asked for."""
    tree = ast.parse((LIB / "load" / "__init__.py").read_text())
    top = [
        node
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("incidentlab.collect")
    ]
    assert top == []


def test_the_library_never_imports_the_lab() -> None:
    """The lab stages incidents; nothing that analyses them may need it."""
    for module in LIB.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.split(".")[0] in ("lab", "scenario") for name in names), module


def test_no_naive_time() -> None:
    """Only `parse.clock` reads time stamps: no other room calls strptime or fromisoformat."""
    for module in LIB.rglob("*.py"):
        if module.name != "clock.py":
            text = module.read_text()
            assert "strptime" not in text, module
            assert "fromisoformat" not in text, module


SEARCHES = {
    "contains", "count", "cat", "endswith", "extract", "extractall", "find", "findall", "finditer", "fullmatch",
    "index", "match", "replace", "search", "split", "startswith", "sub",
}  # fmt: skip
"""what looks for something in a text, of `re`, of str and of pandas' .str"""


def searched(code: str) -> list[int]:
    """Return the lines at which code looks into the text of messages."""
    found = []
    for node in ast.walk(ast.parse(code)):
        looks = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SEARCHES
        looks |= isinstance(node, ast.Compare) and type(node.ops[0]).__name__.endswith("In")
        keys = [key for part in ast.walk(node) if isinstance(part, ast.Subscript) for key in ast.walk(part.slice)]
        if looks and any(isinstance(key, ast.Constant) and key.value == "message" for key in keys):
            found.append(node.lineno)
    return found


def test_the_text_of_the_logs_is_searched_in_one_place() -> None:
    """No analysis looks into the text of a message outside the scan: what is looked for is a row of the knowledge."""
    modules = [path for path in sorted((LIB / "analyse").rglob("*.py")) if path.name != "marks.py"]
    assert [f"{path.relative_to(LIB)}:{line}" for path in modules for line in searched(path.read_text())] == []


@pytest.mark.parametrize(
    ("code", "looks"),
    [
        ('re.search("a", str(row["message"]))', True),
        ('logs.loc[rows, "message"].str.contains("a")', True),
        ('logs["message"].fillna("").str.extract("(a)")', True),
        ('"a" in row["message"]', True),
        ('row["message"].find("a") < 0', True),
        ('logs["message"].eq(first["message"])', False),
        ('re.search("a", name)', False),
    ],
)
def test_a_search_is_told_from_a_comparison(code: str, looks: bool) -> None:
    """The test above sees searches in columns, in rows and by `in`, and takes no comparison for one."""
    assert bool(searched(code)) == looks
