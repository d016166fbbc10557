"""What the program runs, opens and believes, read from its source."""

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest
from papermill.translators import PythonTranslator

ROOT = Path(__file__).parent.parent
LIB = ROOT / "lib" / "incidentlab"
TREES = {str(path.relative_to(LIB)): ast.parse(path.read_text()) for path in sorted(LIB.rglob("*.py"))}


def calls(tree: ast.AST) -> list[ast.Call]:
    """Return every call in a module."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def named(call: ast.Call) -> str:
    """Return what a call calls, as it is written."""
    return ast.unparse(call.func)


def where(wanted: re.Pattern[str]) -> set[str]:
    """Return the modules that call something of such a name."""
    return {name for name, tree in TREES.items() if any(wanted.fullmatch(named(call)) for call in calls(tree))}


def test_nothing_runs_text_as_code() -> None:
    """No module evaluates, executes, unpickles or imports by name what comes from outside."""
    assert where(re.compile(r"(builtins\.)?(eval|exec|__import__)")) == set()
    assert where(re.compile(r"(c?pickle|marshal|shelve|dill|joblib)\.\w+")) == set()
    assert where(re.compile(r"yaml\.(unsafe_load|full_load)(_all)?")) == set()
    assert where(re.compile(r"(pd|pandas)\.(eval|read_pickle)|\w+\.(query|eval)")) == set()


def test_no_shell_is_started() -> None:
    """Programs are started by lists of words, never by a line that a shell would read."""
    assert where(re.compile(r"os\.(system|popen|spawn\w+|exec\w+)|subprocess\.(getoutput|getstatusoutput)")) == set()
    started = [call for tree in TREES.values() for call in calls(tree) if named(call).startswith("subprocess.")]
    assert started
    assert not any(keyword.arg == "shell" for call in started for keyword in call.keywords)
    assert not any(isinstance(call.args[0], ast.Constant | ast.JoinedStr) for call in started if call.args)


STARTS = {
    "cli/lab.py": "our own script of the lab",
    "collect/command.py": "the command behind `record ... --`, as the user typed it",
    "collect/compose.py": "docker compose",
    "collect/scans.py": "trivy",
    "run/warm.py": "our own interpreter",
    "whole/__init__.py": "our own interpreter",
}


def test_few_modules_start_programs() -> None:
    """Which modules start a program, and which program, is known here."""
    assert where(re.compile(r"subprocess\.(run|Popen|call|check_\w+)")) == set(STARTS)


def test_yaml_is_read_by_safe_loaders() -> None:
    """Every loader of YAML that is named makes no objects."""
    loaded = [node for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    loaders = {node.attr for node in loaded if node.attr.endswith("Loader") and ast.unparse(node.value) == "yaml"}
    assert loaders <= {"SafeLoader", "CSafeLoader"}


def test_listeners_are_private_sockets() -> None:
    """What listens does so on a socket file; a cluster of this machine is on loopback, a kernel on files."""
    listening = {
        name for name, tree in TREES.items() for call in calls(tree) if named(call).endswith((".listen", ".bind"))
    }
    assert listening == {"run/warm.py"}
    families = [ast.unparse(call) for tree in TREES.values() for call in calls(tree) if named(call) == "socket.socket"]
    assert set(families) == {"socket.socket(socket.AF_UNIX)"}
    assert "0.0.0.0" not in (LIB / "run" / "cluster.py").read_text()
    assert '"transport": "ipc"' in (LIB / "run" / "one.py").read_text()
    assert where(re.compile(r"(\w+\.)*(HTTPServer|TCPServer|ThreadingHTTPServer|serve_forever|create_server)")) == set()


OWN_JSON = {
    "analyse": "columns of tables that parsers wrote",
    "report": "the same",
    "teach": "a lesson's own sealed questions",
    "whole/after.py": "the list of moves that a writer put down; any other text is no list",
    "run": "what our own kernels and batches wrote",
    "collect": "the engine, Compose and Trivy on this machine, before it is written",
    "bundle/recording.py": "lines that this recording wrote",
    "redact/places.py": "a text in quotes, to undo its escapes",
    "parse/inspect.py": "a column that it has just written",
    "tables/documents.py": "the door itself",
}


def test_foreign_json_passes_one_door() -> None:
    """`json.loads` is called only where the JSON is our own; what comes from outside is read by `tables.documents`."""
    read = where(re.compile(r"json\.(loads?|JSONDecoder)"))
    assert {name for name in read if not any(name == own or name.startswith(f"{own}/") for own in OWN_JSON)} == set()


@pytest.mark.parametrize(
    "value",
    ["'", '"', "'''", '"""', "\\", "a\nimport os", "{source}", "{{x}}", "\u2028x", "'; import os; '", "\\'", "x\r\ny",
     "$(id)", "\N{RIGHT-TO-LEFT OVERRIDE}", "\ud83d", ["'", {"a": "\""}], {"'": 1}],
    ids=range(17),
)  # fmt: skip
def test_a_parameter_is_a_value_and_no_code(value: object) -> None:
    """What is given to a notebook becomes an assignment of that very value, whatever characters are in it."""
    tree = ast.parse(PythonTranslator.codify({"source": value}))
    assert [type(node) for node in tree.body] == [ast.Assign]
    assert ast.literal_eval(tree.body[0].value) == value  # type: ignore[attr-defined]


def test_every_dependency_has_its_reason() -> None:
    """SECURITY.md says of each package that is installed why it is there."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    listed = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    names = {re.split(r"[\[<>=~! ;]", one)[0] for one in listed} - {"incidentlab"}
    text = (ROOT / "SECURITY.md").read_text()
    assert {name for name in names if f"`{name}`" not in text} == set()


def test_every_promise_names_a_test_that_is_there() -> None:
    """Each test that SECURITY.md names exists, by its file and its name."""
    text = (ROOT / "SECURITY.md").read_text()
    promised = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text)
    assert len(promised) > 15
    for file, test in promised:
        assert (ROOT / file).is_file(), file
        assert not test or f"def {test}(" in (ROOT / file).read_text(), test
    assert json.dumps(text)
