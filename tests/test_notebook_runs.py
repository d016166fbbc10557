"""The notebooks over other sources than their own."""

from pathlib import Path

import nbformat
import pytest

from incidentlab.run.one import run

ROOT = Path(__file__).parent.parent
WHAT_HAPPENED = ROOT / "notebooks" / "01-what-happened.ipynb"
SEVEN = ["startup-race-down", "fixed", "false-healthy", "wrong-host", "bad-password", "healthcheck-exec"]
PASTED = """\
app-1  | Error: connect ECONNREFUSED 172.18.0.2:5432
app-1  |     at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16)
db-1   | LOG:  listening on IPv4 address "0.0.0.0", port 5432
db-1   | LOG:  database system is ready to accept connections
app-1  | database connected
"""


@pytest.mark.parametrize("name", SEVEN)
def test_it_runs_on_every_recording(name: str, tmp_path: Path) -> None:
    """The notebook answers and draws a figure for each recording; its page makes no request."""
    ran = run(WHAT_HAPPENED, str(ROOT / "data" / name), output=tmp_path)
    outputs = str(nbformat.read(ran.notebook, as_version=4))
    assert "image/png" in outputs
    assert "default-src 'none'" in ran.page.read_text()


def test_it_runs_on_a_pasted_text_without_times(tmp_path: Path) -> None:
    """A pasted log without any time stamp is answered from order alone, and no time is invented."""
    pasted = tmp_path / "pasted.log"
    pasted.write_text(PASTED)
    ran = run(WHAT_HAPPENED, str(pasted), output=tmp_path / "out")
    text = ran.page.read_text()
    assert "startup_race" in text
    assert "order only" in text
