import json
import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from incidentlab.cli import app, main

CONTRACT = {"source", "verdict", "now", "findings", "beside", "ledger", "unparsed_lines", "versions"}
RACE = """\
db-1   | 2026-11-23 09:00:00.100 UTC [1] LOG:  starting PostgreSQL 15.18
app-1  | Error: connect ECONNREFUSED 172.18.0.2:5432
app-1  |     at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16) {
app-1  |   errno: -111,
app-1  |   code: 'ECONNREFUSED',
app-1  |   syscall: 'connect',
app-1  |   address: '172.18.0.2',
app-1  |   port: 5432
app-1  | }
app-1 exited with code 1 (restarting)
db-1   | 2026-11-23 09:00:03.200 UTC [1] LOG:  listening on IPv4 address "0.0.0.0", port 5432
db-1   | 2026-11-23 09:00:03.300 UTC [1] LOG:  database system is ready to accept connections
app-1  | database initialized
app-1  | listening on port 3000
"""


def incidentlab(*arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    program = Path(sys.executable).with_name("incidentlab")
    return subprocess.run([program, *arguments], input=given, capture_output=True, text=True, check=False)


@pytest.fixture
def pasted(tmp_path: Path) -> Path:
    """Write a pasted log of a startup race, without times."""
    path = tmp_path / "pasted.log"
    path.write_text(RACE)
    return path


def test_json_keeps_the_contract(pasted: Path) -> None:
    """`--json` prints the keys of the contract, and the verdict is the first finding."""
    done = incidentlab("diagnose", "--json", str(pasted))
    answer = json.loads(done.stdout)
    assert done.returncode == 0
    assert set(answer) == CONTRACT
    assert answer["verdict"].pop("services") == ["app", "app-1"]
    assert answer["verdict"] == {key: answer["findings"][0][key] for key in answer["verdict"]}
    assert answer["verdict"]["category"] == "startup_race"
    assert (answer["verdict"]["service"], answer["verdict"]["dependency"]) == ("app", "db")
    assert {2, 12} <= {row["line"] for row in answer["findings"][0]["evidence"]}


def test_the_version_is_that_of_the_package() -> None:
    """`--version` prints the installed version, and asks for no command."""
    done = incidentlab("--version")
    assert (done.returncode, done.stdout) == (0, f"incidentlab {version('incidentlab')}\n")


def imported(*arguments: str) -> set[str]:
    """Return the packages that a command imports."""
    code = (
        "import sys\nfrom incidentlab.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\nprint(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stderr.split()}


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_wait_for_no_library(option: str) -> None:
    """What needs no evidence imports neither pandas nor numpy."""
    assert not {"pandas", "numpy", "pyarrow"} & imported(option)


def test_diagnose_imports_only_what_it_uses(pasted: Path) -> None:
    """A small incident waits for no statistics, figures, client of the engine or compiler."""
    assert not {"scipy", "lifelines", "matplotlib", "docker", "numba"} & imported("diagnose", str(pasted))


def test_same_input_same_bytes(pasted: Path) -> None:
    """Two runs over the same evidence print the same page, byte for byte."""
    first, second = (incidentlab("diagnose", str(pasted)).stdout for _ in range(2))
    assert first == second
    assert "Called startup_race (app -> db), confidence 0." in first


def test_standard_input_is_a_source() -> None:
    """A log can be piped in."""
    done = incidentlab("diagnose", "--json", "-", given=RACE)
    assert json.loads(done.stdout)["verdict"]["category"] == "startup_race"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["diagnose", "no-such-file.log"], "no-such-file.log"),
        (["run", "no-such.ipynb", "x"], "no notebook no-such.ipynb"),
        (["run", "notebooks/01-what-happened.ipynb", "x", "-p", "sauce=1"], "did you mean source?"),
        (["run", "notebooks/01-what-happened.ipynb", "x", "-p", "sauce", "1"], "did you mean source?"),
        (["batch", "notebooks/01-what-happened.ipynb", "x", "-o", "build", "-p", "sauce", "1"], "did you mean source?"),
        (["run", "notebooks/01-what-happened.ipynb", "x", "-p", "sauce"], "has no name and value; write -p NAME VALUE"),
        (["lab", "up", "startup-race", "--lab", "nowhere"], "no lab at nowhere"),
        (["lab", "foo"], "no verb 'foo'; there are up, record, down, verify"),
        (["run", "notebooks/01-what-happened.ipynb", "x", "-o", "README.md/x"], "README.md/x: Not a directory; give"),
    ],
    ids=[
        "no source",
        "no notebook",
        "unknown parameter",
        "unknown parameter, apart",
        "unknown parameter of a batch",
        "no value",
        "no lab",
        "no verb",
        "no folder",
    ],
)
def test_bad_input_is_one_line_and_exit_status_2(
    arguments: list[str], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be used is said in one line on stderr, without a traceback, and nothing on stdout."""
    monkeypatch.setattr(sys, "argv", ["incidentlab", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    out, err = capsys.readouterr()
    assert (left.value.code, out) == (2, "")
    assert says in err
    assert len(err.strip().split("\n")) == 1


def test_what_may_not_be_read_is_one_line(pasted: Path) -> None:
    """A file or folder that its owner has closed is said in one line, and what to do."""
    inner = pasted.parent / "closed"
    inner.mkdir()
    (inner / "human.yaml").write_text("title: x\n")
    inner.chmod(0)
    command = [Path(sys.executable).with_name("incidentlab"), "postmortem", pasted, "-o", inner]
    unprivileged = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    done = subprocess.run([*unprivileged, *command], capture_output=True, text=True, check=False)
    inner.chmod(0o700)
    assert (done.returncode, done.stdout) == (2, "")
    assert ": Permission denied; " in done.stderr
    assert done.stderr.count("\n") == 1


COMMANDS = [*sorted(get_command(app).commands), *(f"lessons {name}" for name in ("check", "collect", "new"))]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    """The help of a command begins with a short sentence, gives an example that can be typed, and no type of a flag."""
    told = CliRunner().invoke(app, [*command.split(), "--help"], prog_name="incidentlab").output
    assert re.search(rf"Example:\n +(?:.*\| )?incidentlab {command} ", told)
    assert "<bool>" not in told
    assert len(re.search(r"\n\n  (.*?)\n", told)[1]) <= 65


def test_the_shell_completes_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `--install-completion` adds to a shell asks the command itself, which offers what begins so."""
    for name, value in (
        ("_INCIDENTLAB_COMPLETE", "complete_bash"),
        ("COMP_WORDS", "incidentlab di"),
        ("COMP_CWORD", "1"),
    ):
        monkeypatch.setenv(name, value)
    assert incidentlab().stdout.split() == ["diagnose"]


def test_hostile_lines_reach_no_terminal(tmp_path: Path) -> None:
    """An escape sequence of a log line is shown as a picture, never sent to the terminal."""
    path = tmp_path / "hostile.log"
    path.write_text(RACE.replace("Error: connect", "\x1b]0;owned\x07\x1b[2J<script>alert(1)</script> Error: connect"))
    assert not {"\x1b", "\x07"} & set(incidentlab("diagnose", str(path)).stdout)


def test_secrets_are_shown_where_that_is_asked_for(tmp_path: Path) -> None:
    """With --no-redact a command prints and writes them as they are, in its kernel too, and says so in one line."""
    (tmp_path / "web.log").write_text("Error: cannot connect to postgres://app:tiger-7788@db:5432/x: ECONNREFUSED\n")
    source, out = str(tmp_path / "web.log"), tmp_path / "out"
    for switch, there in (([], False), (["--no-redact"], True)):
        told = incidentlab("diagnose", source, *switch)
        assert ("tiger-7788" in told.stdout) == there
        assert told.stderr.count("\n") == there
        assert incidentlab("run", "why", source, "-o", str(out), *switch).returncode == 0
        assert any("tiger-7788" in path.read_text() for path in out.iterdir()) == there
