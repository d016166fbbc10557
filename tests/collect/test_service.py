"""What keeps a recording running, as systemd and Compose read it."""

import configparser
import shlex
from pathlib import Path

import pytest
import yaml

from incidentlab.collect.service import FORMS, service
from incidentlab.tables import BadInput

OPTIONS = ["--interval", "2", "--max-bytes", "1000000"]
WORDS = ["record", "shop", "-o", "/var/lib/incidentlab/shop", *OPTIONS]


def made(form: str, *, project: str = "shop", program: str = "/opt/bin/incidentlab") -> str:
    """Return the file of a form."""
    return service(form, project, Path("/var/lib/incidentlab/shop"), program=program, options=OPTIONS)


def test_the_unit_runs_the_recording_and_starts_it_again() -> None:
    """The unit has the command with whole paths, and starts it with the machine and after each end."""
    unit = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(made("systemd"))
    assert shlex.split(unit["Service"]["ExecStart"]) == ["/opt/bin/incidentlab", *WORDS]
    assert unit["Service"]["Restart"] == "always"
    assert unit["Install"]["WantedBy"] == "multi-user.target"


def test_the_compose_file_is_a_project_of_its_own() -> None:
    """Compose gets another project than the recorded one, with the engine's socket and the folder, always restarted."""
    read = yaml.safe_load(made("compose"))
    recorder = read["services"]["recorder"]
    assert read["name"] == "incidentlab-shop"
    assert recorder["command"] == ["incidentlab", *WORDS]
    assert recorder["restart"] == "always"
    assert recorder["volumes"][1] == "/var/lib/incidentlab/shop:/var/lib/incidentlab/shop"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("hostile", ["a b", "$(reboot)", "x\nExecStartPre=/bin/sh", '"', "%h"])
def test_a_name_cannot_add_to_the_file(form: str, hostile: str) -> None:
    """A name that would be read as more than a name is refused; so is a form that does not exist."""
    with pytest.raises(BadInput, match="cannot stand in a file"):
        made(form, project=hostile)
    with pytest.raises(BadInput, match="systemd, compose"):
        made("cron")
