"""A recording that is always there: what starts it with the machine, for systemd and for Compose.

Started again, after a kill or a reboot, a recording goes on where it ended, and within its size it drops what was
written longest ago. So all that is needed is somebody who starts it.
"""

from __future__ import annotations

import shlex
from importlib.metadata import version
from pathlib import Path

from incidentlab.tables import BadInput

SYSTEMD = """\
# incidentlab record {project} --service systemd > /etc/systemd/system/incidentlab-{project}.service
# systemctl daemon-reload && systemctl enable --now incidentlab-{project}
[Unit]
Description=incidentlab: recording of the Compose project {project}
After=docker.service
Wants=docker.service

[Service]
ExecStart={command}
Restart=always
RestartSec=10
KillSignal=SIGTERM
TimeoutStopSec=30
Nice=5
UMask=0077

[Install]
WantedBy=multi-user.target
"""
COMPOSE = """\
# incidentlab record {project} --service compose > recorder.yaml
# docker compose -f recorder.yaml up --detach      (a project of its own: it outlives the one that it records)
name: incidentlab-{project}
services:
  recorder:
    build:
      context: .  # holds the wheel of incidentlab
      dockerfile_inline: |
        FROM python:3.12-slim
        COPY incidentlab-{version}-py3-none-any.whl /tmp/
        RUN pip install --no-cache-dir /tmp/incidentlab-{version}-py3-none-any.whl
    command: {words}
    restart: always
    stop_grace_period: 30s
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock  # whoever has it is root on this machine
      - {folder}:{folder}
"""
FORMS = {"systemd": SYSTEMD, "compose": COMPOSE}


def service(form: str, project: str, output: Path, *, program: str, options: list[str]) -> str:
    """Return the file that keeps a recording running.

    Parameters
    ----------
    form
        One of `FORMS`.
    project
        Name of the Compose project.
    output
        Folder of the recording.
    program
        Path of the command incidentlab.
    options
        Further words of the command.

    Raises
    ------
    BadInput
        There is no such form, or a name cannot stand in such a file.
    """
    if form not in FORMS:
        raise BadInput(f"--service is one of {', '.join(FORMS)}")
    folder = str(output.absolute())
    for text in (project, folder, program):
        if not text.isprintable() or set(text) & set("\"'\\$%{}: "):
            raise BadInput(f"{text!r} cannot stand in a file for {form}; take a name without blanks, quotes, $ and %")
    words = ["record", project, "-o", folder, *options]
    return FORMS[form].format(
        project=project,
        command=shlex.join([program, *words]),
        words="[incidentlab, " + ", ".join(f'"{word}"' for word in words) + "]",
        folder=folder,
        version=version("incidentlab"),
    )
