"""One incident in every form in which people pass logs on: the answer is the same."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from incidentlab import investigate, load
from incidentlab.incident import Incident

from .formats import Line
from .forms import FORMS, composed, each, loki, name, rows, stamp

START = 1748768410123456700
TOLD = [
    ("mailer", "starting mailer 4.2"),
    ("mailer", "Error: missing required environment variable MAILER_SMTP_URL"),
    ("web", "Server listening on http://0.0.0.0:8080"),
    ("web", "GET /ping 200 3ms"),
    ("mailer", "worker pool stopped"),
    ("web", "GET /ping 200 2ms"),
    ("mailer", "starting mailer 4.2"),
    ("mailer", "Error: missing required environment variable MAILER_SMTP_URL"),
]
LINES = [Line(service, 1, START + 10**9 * place, message) for place, (service, message) in enumerate(TOLD)]


def powershell(lines: list[Line]) -> bytes:
    """Write what PowerShell's `>` leaves: UTF-16, and an error record around the first line that came on stderr."""
    head = "docker : time=now\nAt line:1 char:1\n+ docker compose logs\n    + CategoryInfo          : NotSpecified\n \n"
    return (head.replace("\n", "\r\n") + "".join(composed(line) + "\r\n" for line in lines)).encode("utf-16")


def markdown(lines: list[Line]) -> bytes:
    """Write an issue with a block for each service."""
    out = "### It fails\nSince the update, web cannot send mail.\n"
    for service in ("web", "mailer"):
        out += f"\n`docker compose logs {service}`\n```\n"
        out += "".join(f"{composed(line)}\n" for line in lines if line.service == service) + "```\n"
    return out.encode()


def zipped(lines: list[Line]) -> bytes:
    """Write Dozzle's download: a zip with a file for each container, named after it, with the engine's stamps."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for service in ("mailer", "web"):
            own = "".join(f"{stamp(line, 9)} {line.message}\n" for line in lines if line.service == service)
            packed.writestr(f"shop-{service}-1-2025-06-01T09-05-00.log", own)
    return out.getvalue()


def records(lines: list[Line]) -> bytes:
    """Write a zip of the json-file driver's files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for service in ("mailer", "web"):
            own = [
                json.dumps({"log": line.message + "\n", "stream": "stdout", "time": stamp(line, 9)}) + "\n"
                for line in lines
                if line.service == service
            ]
            packed.writestr(f"{service}-json.log", "".join(own))
    return out.getvalue()


def portainer(lines: list[Line]) -> bytes:
    """Write a zip of what Portainer saves of each container: its lines, with the engine's stamps and no name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for service in ("mailer", "web"):
            own = "".join(f"{stamp(line, 9)} {line.message}\n" for line in lines if line.service == service)
            packed.writestr(f"shop-{service}-1_logs.txt", own)
    return out.getvalue()


ALL: dict[str, Callable[[list[Line]], bytes]] = {
    **{form: FORMS[form].write for form in FORMS},
    "CSV": rows,
    "Loki's API": loki,
    "PowerShell": powershell,
    "Markdown": markdown,
    "Dozzle.zip": zipped,
    "json-file.zip": records,
    "Portainer.zip": portainer,
}


@pytest.fixture(scope="module")
def plain() -> tuple[str, str | None]:
    """Return what the plain log of Compose gives."""
    return answer(load(each(composed)(LINES)))


def answer(incident: Incident) -> tuple[str, str | None]:
    """Return the verdict and whose failure it is."""
    verdict = investigate(incident).findings.iloc[0]
    return verdict["category"], verdict["service"]


@pytest.mark.parametrize("form", ALL)
def test_the_same_eight_lines(form: str, plain: tuple[str, str | None], tmp_path: Path) -> None:
    """The same eight lines give the same verdict and service in every form."""
    file = tmp_path / (form if form.endswith(".zip") else "incident.log")
    file.write_bytes(ALL[form](LINES))
    assert answer(load(file)) == plain


def test_the_plain_form(plain: tuple[str, str | None]) -> None:
    """The plain log names the setting that is missing, and whose it is."""
    assert plain == ("missing_config", "mailer")


def test_there_are_more_than_fifteen_forms() -> None:
    """The forms that people pass logs on in are many."""
    assert len(ALL) >= 15
    assert name(LINES[0]) == "mailer-1"
