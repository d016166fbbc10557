"""The wheel, in an environment of its own and away from the checkout: notebooks, lessons and the lab work by name."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the checkout."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Put the wheel into an environment of its own, which borrows the installed libraries and nothing of ours."""
    place = tmp_path_factory.mktemp("venv")
    venv.create(place, symlinks=True)
    inner = next(place.glob("lib/python*/site-packages"))
    zipfile.ZipFile(wheel).extractall(inner)
    (inner / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")  # the .pth files in there are not read
    return place / "bin" / "python"


def incidentlab(python: Path, folder: Path, *arguments: str) -> str:
    """Run a command of the wheel in a folder, and return what it printed."""
    environ = {"JUPYTER_PATH": f"{sys.prefix}/share/jupyter"}  # the templates of the borrowed nbconvert
    environ |= {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    code = "from incidentlab.cli import main; main()"
    command = [str(python), "-c", code, *arguments]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_bears_what_a_checkout_has(wheel: Path) -> None:
    """Notebooks, lessons, recordings and scenarios are in it, programs can be run, and nothing of the work on it is."""
    inside = {info.filename: info for info in zipfile.ZipFile(wheel).infolist()}
    for folder in ("notebooks", "notebooks/lessons", "data/startup-race", "lab/scenarios"):
        ours = {path.name for path in (ROOT / folder).iterdir() if path.is_file()}
        named = {
            name.rpartition("/")[2] for name in inside if name.rpartition("/")[0] == f"incidentlab/shipped/{folder}"
        }
        assert named == ours
    assert inside["incidentlab/shipped/lab/build-images"].external_attr >> 16 & 0o111
    assert not [name for name in inside if "/zoo/" in name or "node_modules" in name or name.startswith("tests/")]


def test_a_notebook_runs_by_its_name(python: Path, tmp_path: Path) -> None:
    """`run what-happened` finds the notebook in the package, and leaves all in the output folder."""
    told = incidentlab(python, tmp_path, "run", "what-happened", str(ROOT / "data" / "startup-race"), "-o", "out")
    assert "out/01-what-happened-startup-race.html" in told
    assert {path.name for path in tmp_path.iterdir()} == {"out"}


def test_copies_to_work_on_stand_alone(python: Path, tmp_path: Path) -> None:
    """Notebooks are copied with the recordings that they show, and name them where these now stand."""
    assert "jupyter lab mine" in incidentlab(python, tmp_path, "notebooks", "-o", "mine")
    assert "../data" not in (tmp_path / "mine" / "01-what-happened.ipynb").read_text()
    assert (tmp_path / "mine" / "data" / "startup-race" / "manifest.json").is_file()


def test_lessons_and_the_lab_are_found(python: Path, tmp_path: Path) -> None:
    """The lessons are copied from the wheel, and the lab says what it needs and which scenarios it has."""
    assert "lessons in course" in incidentlab(python, tmp_path, "lessons", "-o", "course")
    assert (tmp_path / "course" / "02-startup-race.questions.json").is_file()
    told = incidentlab(python, tmp_path, "lab")
    assert "startup-race, startup-race-down" in told
    assert "payflow-lab/data/SCENARIO" in told
