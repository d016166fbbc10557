"""The instructions of a Dockerfile, each with its line."""

import json
from pathlib import Path

from incidentlab.load import load
from incidentlab.parse import dockerfile

TRICKY = b"""\
# escape=`
ARG TAG=1
FROM node:${TAG} AS deps
RUN npm ci && `
    # a comment inside
    npm cache clean
COPY <<EOF /run.sh
FROM not-an-instruction
EOF
FROM scratch
COPY --from=deps --chown=1001 /app /app
ENV A=1 B=2
ONBUILD RUN make
HEALTHCHECK --interval=5s CMD ["/probe"]
"""


def rows(data: bytes) -> list[tuple[object, ...]]:
    """Return stage, instruction, arguments and line of each."""
    frame = dockerfile.parse(data, file="Dockerfile").frames["instructions"]
    return [(r.stage, r.instruction, json.loads(r.arguments), r.line) for r in frame.itertuples()]


def test_heredocs_continuations_and_the_escape_directive() -> None:
    """The body of a heredoc is no instruction, and a line is where its instruction begins."""
    found = rows(TRICKY)
    names = ["ARG", "FROM", "RUN", "COPY", "FROM", "COPY", "ENV", "ONBUILD", "HEALTHCHECK"]
    assert [name for _, name, _, _ in found] == names
    assert [line for *_, line in found] == [2, 3, 4, 7, 10, 11, 12, 13, 14]
    assert found[3][2][-1] == "FROM not-an-instruction\n"
    assert found[6][2] == ["A=1", "B=2"]
    assert found[7][2] == ["RUN", "make"]


def test_windows_line_ends() -> None:
    """A file with CRLF has the same instructions as with LF."""
    assert rows(TRICKY.replace(b"\n", b"\r\n"))[4:] == rows(TRICKY)[4:]


def test_what_cannot_be_read_is_said() -> None:
    """A heredoc without its end leaves a note in place of rows."""
    found = dockerfile.parse(b"FROM a\nRUN <<EOF\nx\n", file="Dockerfile")
    assert found.frames["instructions"].empty
    assert found.truncated


def test_a_compose_file_brings_the_dockerfiles_that_it_names(tmp_path: Path) -> None:
    """They are read where they are called so; what a file from elsewhere names besides is not opened."""
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / "secret").write_text("FROM me\n")
    services = "  web: {build: web}\n  bad: {build: {context: ., dockerfile: secret}}\n  gone: {build: gone}\n"
    (tmp_path / "compose.yaml").write_text("services:\n" + services)
    found = load(tmp_path / "compose.yaml").instructions
    assert found[["file", "instruction"]].to_numpy().tolist() == [["web/Dockerfile", "FROM"]]
