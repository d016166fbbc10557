"""The files that people wrote: in the bundle as they stand, without their secrets, and with their own lines."""

from pathlib import Path

from incidentlab.bundle import write
from incidentlab.collect.sources import sources
from incidentlab.investigate import compare, investigate
from incidentlab.load import load
from incidentlab.redact import Redactor

FILE = """\
version: "3"
services:
  # the shop
  web:
    build: web
    environment: {API_TOKEN: hunter2xyz}
    depends_on: [db]
  db:
    image: ${DB_IMAGE}
    healthcheck: {test: [CMD, pg_isready]}
"""
LABEL = "com.docker.compose.project.config_files"


def captured(folder: Path) -> Path:
    """Write a bundle as a capture does: the resolved configuration, and the files that it came from."""
    (folder / "web").mkdir()
    (folder / "web" / "Dockerfile").write_text("FROM scratch\nENV API_TOKEN=hunter2xyz\n")
    (folder / "compose.yaml").write_text(FILE)
    web = {
        "build": {"context": str(folder / "web"), "dockerfile": "Dockerfile"},
        "environment": {"API_TOKEN": "hunter2xyz"},
        "depends_on": {"db": {"condition": "service_started", "required": True}},
    }
    db = {"image": "postgres:16", "healthcheck": {"test": ["CMD", "pg_isready"]}}
    config = {"name": "shop", "services": {"web": web, "db": db}}
    redactor = Redactor(b"key")
    redactor.learn(config)
    with write(folder / "bundle", project="shop", scrub=redactor) as out:
        out.json("compose.json", config, kind="config")
        for path, data, kind in sources({LABEL: str(folder / "compose.yaml")}, config):
            out.text(path, data, kind=kind)
    return folder / "bundle"


def test_a_finding_points_at_the_line_that_somebody_wrote(tmp_path: Path) -> None:
    """The value is the resolved one, the place is the user's own file."""
    found = investigate(load(captured(tmp_path))).audit
    places = {row.rule: (row.file, row.line) for row in found[found["state"].eq("found")].itertuples()}
    assert places["obsolete-version"] == ("sources/1-compose.yaml", 1)
    assert places["literal-secret"] == ("sources/1-compose.yaml", 6)
    assert places["socket-probe"] == ("sources/1-compose.yaml", 10)
    assert places["secret-in-dockerfile"] == ("sources/web/Dockerfile", 2)


def test_no_secret_is_in_what_was_written(tmp_path: Path) -> None:
    """A file is kept line by line, and what is secret in it is a token."""
    bundle = captured(tmp_path)
    text = (bundle / "sources" / "1-compose.yaml").read_text()
    assert "hunter2xyz" not in text + (bundle / "sources" / "web" / "Dockerfile").read_text()
    assert text.splitlines()[2] == FILE.splitlines()[2]
    assert len(text.splitlines()) == len(FILE.splitlines())


def test_a_comparison_takes_the_resolved_values(tmp_path: Path) -> None:
    """What a variable stands for is compared, not its name."""
    first = investigate(load(captured(tmp_path)))
    assert compare(first, first)["area"].tolist() == ["verdict"]


def test_only_what_is_called_a_dockerfile_is_read(tmp_path: Path) -> None:
    """A configuration cannot have another file of this machine put into the bundle."""
    (tmp_path / "passwd").write_text("root:x:0:0\n")
    config = {"services": {"web": {"build": {"context": str(tmp_path), "dockerfile": "passwd"}}}}
    assert sources({}, config) == []
    assert sources({LABEL: str(tmp_path / "gone.yaml")}, None) == []
