from pathlib import Path

import pytest

from incidentlab import bundle, load
from incidentlab.collect.again import again
from incidentlab.redact.own import read
from incidentlab.tables import BadInput

LOG = b"2026-11-23T09:24:45.460907419Z user ada@example.org failed with password=hunter2xyz at customer=acme\n"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Write a bundle with secrets in it."""
    with bundle.write(tmp_path / "raw", project="shop") as out:
        out.log("logs/web.log", [LOG], service="web", container="shop-web-1", stream="stderr")
        out.json("compose.json", {"services": {"web": {"environment": {"DB_PASSWORD": "hunter2xyz"}}}}, kind="config")
        out.jsonl("files.jsonl.gz", [{"diff_id": "sha256:a", "files": []}], kind="image_files")
        out.text("sources/1-compose.yaml", b"services:\n  web: {image: web}\n", kind="written")
        out.ledger.append(bundle.ledger_row("events", gap="none"))
    return tmp_path / "raw"


def test_a_bundle_is_redacted_again(raw: Path, tmp_path: Path) -> None:
    """Secrets by the known rules and by own ones are hidden in every file; evidence, ledger and the source stay."""
    (tmp_path / "rules").write_text("# people\n[\\w.]+@[\\w.]+\n\ncustomer=(?P<value>\\w+)\n")
    told = again(raw, tmp_path / "new", read(tmp_path / "rules"))
    assert ("logs/web.log", "own rule", 2) in told
    assert {path for path, _, _ in told} == {"logs/web.log", "compose.json"}
    kept = b"".join(path.read_bytes() for path in (tmp_path / "new").rglob("*") if path.is_file())
    assert not any(secret in kept for secret in (b"hunter2xyz", b"ada@", b"acme"))
    incident = load(tmp_path / "new")
    assert (
        incident.logs["message"].str.match(r"user <secret:\w+> failed with password=<secret:\w+> at customer=<").all()
    )
    assert incident.logs[["service", "stream"]].values.tolist() == [["web", "stderr"]]
    with bundle.read(tmp_path / "new") as read_again:
        assert [row["gap"] for row in read_again.ledger] == ["none"]
        assert len(read_again.manifest["files"]) == 4
    assert b"hunter2xyz" in (raw / "logs" / "web.log").read_bytes()


@pytest.mark.parametrize(("line", "says"), [("(", ":1: no pattern"), (".*", ":1: the pattern takes an empty text")])
def test_a_rule_that_is_none_is_one_line(tmp_path: Path, line: str, says: str) -> None:
    """A line that is no pattern, or takes everything, is named."""
    (tmp_path / "rules").write_text(line)
    with pytest.raises(BadInput, match=says):
        read(tmp_path / "rules")
