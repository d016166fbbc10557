"""What is installed without any extra works without them, and what is missing is said in one line."""

import ast
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from incidentlab.tables.extras import EXTRAS, there

ROOT = Path(__file__).parent.parent
LIB = ROOT / "lib" / "incidentlab"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
HEAVY = [*EXTRAS, "scipy", "jedi", "zmq", "tornado"]
"""What the extras bring: nothing of it may be needed where none is installed."""
RACE = str(ROOT / "data" / "startup-race")


def without_extras(*arguments: str, blocked: list[str] = HEAVY) -> subprocess.CompletedProcess[str]:
    """Run a command in a Python in which none of the modules can be imported or found."""
    code = (
        "import sys\nclass Blocked:\n    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] in {blocked!r}:\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Blocked())\nimport importlib.util\nfind = importlib.util.find_spec\n"
        f"importlib.util.find_spec = lambda name, *rest: None if name in {blocked!r} else find(name, *rest)\n"
        "from incidentlab.cli import main\nmain()"
    )
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


def names(requirements: list[str]) -> set[str]:
    """Return the packages that requirements name."""
    return {text.partition(">")[0].partition("=")[0] for text in requirements}


def imported() -> set[str]:
    """Return the packages that any module of the library imports."""
    found = set()
    for module in LIB.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"incidentlab"}


def test_every_import_is_declared_or_has_its_extra() -> None:
    """A package that the library imports is required by it, comes with what is, or is in the list of extras."""
    brought = {"requests", "urllib3", "markupsafe"}  # by docker, by docker, by jinja2
    distributions = packages_distributions()
    foreign = imported() - set(EXTRAS) - brought
    required = names(PROJECT["dependencies"])
    come = {module: {name.lower() for name in distributions.get(module, [module])} for module in foreign}
    assert {module for module, packages in come.items() if not required & packages} == set()


def test_the_list_of_extras_is_that_of_the_package() -> None:
    """Each package of an extra is in the list under that extra, by the name under which it is imported."""
    listed = PROJECT["optional-dependencies"]
    for extra in ("pages", "jupyter", "cluster"):
        ours = {package for package in names(listed[extra]) if not package.startswith("incidentlab")}
        assert ours <= {module for module, brought_by in EXTRAS.items() if brought_by == extra}


def test_diagnose_needs_no_extra() -> None:
    """What is asked at three in the morning is answered without Jupyter, figures and statistics."""
    done = without_extras("diagnose", RACE)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Called startup_race (auth-service -> postgres)" in done.stdout


def test_a_postmortem_without_extras_lacks_its_pictures_and_says_so(tmp_path: Path) -> None:
    """The draft is written as Markdown and HTML; one line names what is not there and the extra that brings it."""
    done = without_extras("postmortem", RACE, "-o", str(tmp_path))
    assert done.returncode == 0
    assert done.stderr.count("pip install 'incidentlab[pages]'") == 1
    assert {"postmortem.md", "postmortem.html", "external.html"} <= {path.name for path in tmp_path.iterdir()}
    assert not list(tmp_path.glob("*.pdf"))


@pytest.mark.parametrize(
    ("arguments", "extra", "blocked"),
    [
        (["run", "what-happened", RACE], "jupyter", HEAVY),
        (["lessons", "-o", "nowhere"], "jupyter", HEAVY),
        (["batch", "what-happened", RACE, "-o", "nowhere", "--cluster", "local"], "cluster", ["dask", "distributed"]),
    ],
    ids=["run", "lessons", "cluster"],
)
def test_a_missing_extra_is_one_line_that_names_it(
    arguments: list[str], extra: str, blocked: list[str], tmp_path: Path
) -> None:
    """Who asks for what is not installed is told in one line what to install."""
    given = [str(tmp_path / "out") if argument == "nowhere" else argument for argument in arguments]
    done = without_extras(*given, blocked=blocked)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert f"pip install 'incidentlab[{extra}]'" in done.stderr


def test_here_all_extras_are_there() -> None:
    """The project's own environment has them all: no test passes because something is missing."""
    assert all(there(extra) for extra in set(EXTRAS.values()))
