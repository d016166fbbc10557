"""Any source becomes an incident, or one line says why not."""

import gzip
import hashlib
import io
import json
import re
import shutil
import tarfile
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from incidentlab import bundle
from incidentlab.bundle import loose
from incidentlab.load import kind_of, load
from incidentlab.tables import EVIDENCE_TABLES, BadInput, check

STAMP = "2026-11-23T09:24:45.460907419Z"
TEXT = f"db-1   | {STAMP} ready\nweb-1  | {STAMP} boom\nweb-1 exited with code 1\n"
EVENT = {
    "Type": "container",
    "Action": "die",
    "Actor": {"ID": "c0", "Attributes": {"exitCode": "1"}},
    "timeNano": 1795425730508346070,
}
INSPECT = {
    "Id": "c0",
    "Name": "/shop-web-1",
    "State": {"Status": "exited", "ExitCode": 1, "StartedAt": "2026-11-23T09:00:00Z"},
    "Config": {"Labels": {"com.docker.compose.service": "web"}},
}


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """Return a small bundle."""
    with bundle.write(tmp_path / "shop", project="shop") as out:
        facts = {"service": "web", "replica": 1, "container": "shop-web-1", "container_id": "c0", "tty": False}
        for stream in ("stdout", "stderr"):
            out.log(f"logs/shop-web-1.{stream}.log", [f"{STAMP} {stream}\n".encode()], stream=stream, **facts)
        out.jsonl("containers.jsonl", [{"observed_at": "2026-11-23T10:00:00Z", "inspect": INSPECT}], kind="inspect")
        out.jsonl("events.jsonl", [EVENT], kind="events")
        out.json("compose.json", {"services": {"web": {}}}, kind="config")
        out.json("engine.json", {"Version": "20.10.24"}, kind="engine")
        out.ledger.append(
            bundle.ledger_row("events", truncated="the ring of 256 was full", first="2026-11-23T09:00:00Z")
        )
        out.ledger.append(bundle.ledger_row("images", error="NotFound: no such image"))
    return tmp_path / "shop"


def test_a_bundle(recorded: Path) -> None:
    """A bundle gives all its tables, in order of time, each row with the file that it stands in."""
    incident = load(recorded)
    assert incident.name == "shop"
    assert incident.logs[["service", "stream", "message", "file"]].values.tolist() == [
        ["web", "stdout", "stdout", "logs/shop-web-1.stdout.log"],
        ["web", "stderr", "stderr", "logs/shop-web-1.stderr.log"],
    ]
    assert incident.events["service"].tolist() == ["web"]
    assert incident.containers["state"].tolist() == ["exited"]
    assert len(incident.runs) == len(incident.services) == 1
    assert (incident.start, incident.end) == (pd.Timestamp(1795425730508346070, tz="UTC"), pd.Timestamp(STAMP))
    for table in EVIDENCE_TABLES:
        pd.testing.assert_frame_equal(getattr(incident, table.name), check(getattr(incident, table.name), table))


def test_the_ledger_keeps_what_the_capture_said(recorded: Path) -> None:
    """One row per source: what was read of it, beside what the capture knew; a source that failed has its error."""
    ledger = load(recorded).ledger.set_index("source")
    assert ledger.loc["events", ["rows", "truncated"]].tolist() == [1, "the ring of 256 was full"]
    assert ledger.loc["images", "error"] == "NotFound: no such image"
    assert ledger.loc["logs:shop-web-1", ["rows", "first"]].tolist() == [2, pd.Timestamp(STAMP)]
    assert ledger.index.is_unique


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz", ".tgz"])
def test_an_archive(recorded: Path, tmp_path: Path, suffix: str) -> None:
    """An archive of a bundle is the bundle."""
    archive = tmp_path / f"shop{suffix}"
    if suffix == ".zip":
        with zipfile.ZipFile(archive, "w") as packed:
            for file in recorded.rglob("*"):
                packed.write(file, file.relative_to(recorded.parent))
    else:
        with tarfile.open(archive, "w:gz" if "gz" in suffix else "w") as tar:
            tar.add(recorded, "shop")
    pd.testing.assert_frame_equal(load(archive).logs, load(recorded).logs)


def test_a_text(tmp_path: Path) -> None:
    """A text file, a path to it, its bytes, its text and an open file are the same source under several names."""
    file = tmp_path / "up.log"
    file.write_text(TEXT)
    incident = load(file)
    assert incident.name == "up.log"
    assert incident.events["exit_code"].tolist() == [1]
    assert incident.start == incident.end == pd.Timestamp(STAMP)
    with file.open("rb") as opened:
        for source in (str(file), TEXT, TEXT.encode(), io.StringIO(TEXT), opened):
            logs = load(source).logs
            pd.testing.assert_frame_equal(logs.drop(columns="file"), incident.logs.drop(columns="file"))


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lone dash is standard input."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    assert load("-").name == "stdin"


def test_a_text_without_times() -> None:
    """Without engine times there is no window, and the ledger says that only the order is known."""
    incident = load("web-1  | boom\nweb-1  | again\n")
    assert pd.isna(incident.start)
    assert not incident.timed
    assert "only the order" in incident.ledger["gap"].iloc[0]


def test_a_folder_of_files(tmp_path: Path) -> None:
    """Each file is read as what it is; one that cannot be read is a row of the ledger."""
    (tmp_path / "db.log").write_text(f"{STAMP} ready\n")
    (tmp_path / "events.json").write_text(json.dumps(EVENT))
    (tmp_path / "inspect.json").write_text(json.dumps([INSPECT], indent=2))
    (tmp_path / "core.log").write_bytes(bytes(range(256)) * 20)
    incident = load(tmp_path)
    assert [len(incident.logs), len(incident.events), len(incident.containers)] == [1, 1, 1]
    assert incident.ledger.set_index("source").loc["file:core.log", "error"] == "is binary, no text"


def test_whose_log_it_is() -> None:
    """The caller may name the service of a log that names none."""
    assert load("boom\nagain\n", service="web").logs["service"].tolist() == ["web", "web"]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (json.dumps(EVENT), "events"),
        (json.dumps([INSPECT], indent=1), "inspect"),
        (json.dumps({"observed_at": "x", "inspect": INSPECT}), "inspect"),
        (json.dumps([{"Id": "sha256:a", "RepoTags": ["x"]}]), "images"),
        (json.dumps({"services": {"web": {}}}, indent=1), "config"),
        ('{"log":"x\\n","stream":"stdout","time":"2026-11-23T09:24:45Z"}\n', "json_file"),
        ('{"level":30,"msg":"x"}\n{"level":30,"msg":"x"}\n', "text"),
        ("[1] starting\n", "text"),
        ("{\n", "text"),
        ("web-1  | x\n", "text"),
    ],
)
def test_what_a_file_is(data: str, kind: str) -> None:
    """The kind of a file is told by its content, not by its name."""
    assert kind_of(data.encode()) == kind


def test_what_is_not_there(tmp_path: Path) -> None:
    """A wrong path names what is near it."""
    (tmp_path / "startup-race").mkdir()
    with pytest.raises(BadInput, match=r"startup-rase is not there; did you mean .*startup-race"):
        load(tmp_path / "startup-rase")


@pytest.mark.parametrize("data", [b"", b"\n\n \n", b"\xff\xfe", bytes(range(256)) * 20, b"\x7fELF" + bytes(500)])
def test_what_is_no_evidence(data: bytes) -> None:
    """Nothing at all and binary rubbish are refused in one line that says what to give instead."""
    with pytest.raises(BadInput, match=r"^\S+ is (empty|binary).*; give it the output of") as refused:
        load(data)
    assert "\n" not in str(refused.value)


def test_a_live_project(recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """compose:NAME is captured into a bundle, which is read and forgotten."""
    places = []

    def capture(_: str, output: Path) -> Path:
        places.append(output)
        return Path(shutil.copytree(recorded, output))

    monkeypatch.setattr("incidentlab.collect.capture", capture)
    assert load("compose:shop").containers["service"].tolist() == ["web"]
    assert not places[0].exists()


def test_a_text_that_was_taken_for_a_path() -> None:
    """What can be no path is refused as such."""
    with pytest.raises(BadInput, match="a pasted text needs a line end"):
        load("boom " * 2000)


def test_an_empty_folder(tmp_path: Path) -> None:
    """A folder with nothing that can be read is refused."""
    with pytest.raises(BadInput, match=r"no manifest\.json and no log file"):
        load(tmp_path)


HIDDEN = re.compile(r"<secret:[0-9a-f]{8}>")


def test_a_pasted_log_is_masked() -> None:
    """No table of a pasted log holds the password of a URL; host, port and database stay."""
    incident = load("web-1  | connecting to postgres://app:hunter2xy@db:5432/shop\nweb-1 exited with code 1\n")
    assert incident.logs["message"][0].startswith("connecting to postgres://app:<secret:")
    assert incident.logs["message"][0].endswith("@db:5432/shop")


def test_what_a_document_assigns_is_secret_in_the_logs(tmp_path: Path) -> None:
    """A password that the inspect of a folder assigns is masked where a log says it bare, and has one token."""
    told = {**INSPECT, "Config": {**INSPECT["Config"], "Env": ["POSTGRES_PASSWORD=hunter2xy", "POSTGRES_DB=shopdb"]}}
    (tmp_path / "inspect.json").write_text(json.dumps([told]))
    (tmp_path / "web.log").write_text("tried hunter2xy on shopdb\nPGPASSWORD=hunter2xy psql\n")
    first, second = load(tmp_path).logs["message"]
    assert HIDDEN.findall(first) == HIDDEN.findall(second)
    assert first.startswith("tried <secret:")
    assert first.endswith("on shopdb")


def test_a_raw_bundle_is_masked(recorded: Path) -> None:
    """A bundle that somebody made without masking is masked when it is loaded."""
    log = recorded / "logs" / "shop-web-1.stdout.log"
    manifest = json.loads((recorded / bundle.MANIFEST).read_text())
    log.write_text(f"{STAMP} redis://:hunter2xy@cache:6379/0\n")
    entry = manifest["files"]["logs/shop-web-1.stdout.log"]
    entry |= {"sha256": hashlib.sha256(log.read_bytes()).hexdigest(), "bytes": log.stat().st_size}
    (recorded / bundle.MANIFEST).write_text(json.dumps(manifest))
    assert not load(recorded).logs["message"].str.contains("hunter2xy").any()


def test_a_token_is_the_same_tomorrow() -> None:
    """What is loaded twice bears the same tokens: a report can be compared with that of yesterday."""
    text = "web-1  | redis://:hunter2xy@cache:6379/0\nweb-1  | ready\n"
    assert load(text).logs["message"].tolist() == load(text).logs["message"].tolist()


def test_a_mixture_is_one_incident(tmp_path: Path) -> None:
    """A folder, or an archive of it, with logs, events, an inspect and a Compose file in it is one incident."""
    folder = tmp_path / "mixture"
    (folder / "logs").mkdir(parents=True)
    (folder / "logs" / "shop-db-1.log").write_text(f"{STAMP} ready\n")
    (folder / "logs" / "shop-web-1.log").write_text(f"{STAMP} boom\n")
    (folder / "events.txt").write_text(f"{STAMP} container die c0 (com.docker.compose.service=web, exitCode=1)\n")
    (folder / "inspect.json").write_text(json.dumps([INSPECT], indent=4))
    (folder / "compose.yaml").write_text("services:\n  web:\n    image: web\n")
    (folder / "Dockerfile").write_text("FROM debian:12\n")
    (folder / "prometheus.yml").write_text("scrape_configs:\n  - job_name: web\n")
    (folder / "README.md").write_text("```\nFATAL: an example\n```\nof what may happen\n")
    (folder / ".env").write_text("DB_PASSWORD=hunter2hunter2\n")
    with gzip.open(folder / "logs" / "cache.log.gz", "wb") as packed:
        packed.write(f"{STAMP} ready\n".encode())
    with zipfile.ZipFile(tmp_path / "mixture.zip", "w") as archive:
        for file in folder.rglob("*"):
            archive.write(file, file.relative_to(folder.parent))
    for source in (folder, tmp_path / "mixture.zip"):
        incident = load(source)
        assert sorted(incident.logs["service"]) == ["cache", "db", "web"]
        assert incident.events[["service", "exit_code"]].values.tolist() == [["web", 1]]
        assert incident.containers["service"].tolist() == incident.services["service"].tolist() == ["web"]
        told = incident.ledger["gap"].dropna().tolist()
        for what in ("a Compose file", "a Dockerfile", "a file of YAML"):
            assert f"this is {what}: no incident in it" in told


def test_a_name_of_a_file_does_not_outweigh_its_lines(tmp_path: Path) -> None:
    """A file's name is a service only where its own lines name none, and only beside other files."""
    (tmp_path / "shop.log").write_text("web-1  | boom\nweb-1 exited with code 1\n")
    assert load(tmp_path / "shop.log").logs["service"].tolist() == ["web", "web"]
    (tmp_path / "console.log").write_text("boom\nagain\n")
    incident = load(tmp_path)
    assert incident.logs["service"].dropna().tolist() == ["web", "web"]


def test_a_file_that_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One file that cannot be opened is a row of the ledger, and the others speak; alone it is one clear line."""
    (tmp_path / "web.log").write_text("boom\n")
    (tmp_path / "db.log").write_text("ready\n")
    whole = loose.content
    monkeypatch.setattr(loose, "content", lambda path: denied() if path.name == "db.log" else whole(path))
    incident = load(tmp_path)
    assert incident.logs["message"].tolist() == ["boom"]
    assert incident.ledger.set_index("source").loc["file:db.log", "error"] == "cannot be read: Permission denied"
    with pytest.raises(BadInput, match=r"db.log cannot be read: Permission denied$"):
        load(tmp_path / "db.log")


def denied() -> bytes:
    """Fail as the system does for a file of somebody else."""
    raise PermissionError(13, "Permission denied")


def test_a_file_of_a_bundle_that_cannot_be_opened(recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside a bundle, too, it is a row of the ledger, and what stands beside it is read."""
    whole = Path.open
    monkeypatch.setattr(
        Path, "open", lambda path, *a, **k: denied() if path.name.endswith("stderr.log") else whole(path, *a, **k)
    )
    incident = load(recorded)
    assert incident.logs["stream"].tolist() == ["stdout"]
    ledger = incident.ledger.set_index("source")
    assert ledger.loc["file:logs/shop-web-1.stderr.log", "error"] == "it cannot be read: Permission denied"


def test_several_sources_are_one_incident(recorded: Path, tmp_path: Path) -> None:
    """A list, or paths with ' + ' between them, is one incident; each file is cited by its name, and has its ledger."""
    (tmp_path / "deploys.csv").write_text(f"time,service,deploy\n{STAMP},web,web 1.4\n")
    (tmp_path / "p99.csv").write_text(f"time,p99\n{STAMP},0.5\n")
    several = [recorded, tmp_path / "deploys.csv", tmp_path / "p99.csv"]
    for source in (several, " + ".join(map(str, several))):
        incident = load(source)
        assert incident.name == "shop"
        assert incident.notes[["service", "kind", "text", "file", "line"]].values.tolist() == [
            ["web", "deploy", "web 1.4", "deploys.csv", 2]
        ]
        assert incident.readings[["series", "value", "file"]].values.tolist() == [["p99", 0.5, "p99.csv"]]
        assert {"logs:shop-web-1", "notes:deploys.csv", "readings:p99.csv"} <= set(incident.ledger["source"])
        assert (incident.start, incident.end) == (load(recorded).start, load(recorded).end)


def test_two_files_of_one_name_are_refused(recorded: Path, tmp_path: Path) -> None:
    """What could not be told apart where it is cited is refused; texts without a name are told apart by their place."""
    (tmp_path / "a").mkdir()
    for folder in (tmp_path, tmp_path / "a"):
        (folder / "web.log").write_text("boom\n")
    with pytest.raises(BadInput, match=r"two sources are called web\.log; rename one"):
        load([tmp_path / "web.log", tmp_path / "a" / "web.log"])
    with pytest.raises(BadInput, match="two sources hold a file that is called"):
        load([recorded, recorded])
    assert load(["a  | x\n", b"b  | y\n"]).logs["file"].tolist() == ["text", "text-2"]
    with pytest.raises(BadInput, match="no source in the list"):
        load([])


def test_a_folder_of_bundles(recorded: Path) -> None:
    """A folder of bundles is no mixture: each is an incident of its own."""
    with pytest.raises(BadInput, match=r"holds bundles \(shop/manifest.json\); give one of them"):
        load(recorded.parent)


def test_a_bomb_in_a_folder(tmp_path: Path) -> None:
    """A packed file that unpacks to very much is refused by name, and the others speak."""
    (tmp_path / "web.log").write_text("boom\n")
    with gzip.open(tmp_path / "bomb.log.gz", "wb") as packed:
        packed.write(bytes(70 << 20))
    incident = load(tmp_path)
    assert "unpacks to more than" in incident.ledger.set_index("source").loc["file:bomb.log.gz", "error"]
    (tmp_path / "torn.log.gz").write_bytes((tmp_path / "bomb.log.gz").read_bytes()[:100])
    assert "file:torn.log.gz" in load(tmp_path).ledger["source"].tolist()


@pytest.mark.parametrize("text", [b"web-1  | ready\nweb-1 exited with code 1\n", b'{"log":"x\\n"', b"\xff\xfeh\0i\0"])
def test_a_large_file_gives_what_its_text_gives(tmp_path: Path, text: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is read into memory of its own, given back as it is read, gives the tables of its text."""
    (tmp_path / "x.log").write_bytes(text * 5)
    monkeypatch.setattr(bundle.stream, "LARGE", 1)
    large, small = load(tmp_path / "x.log"), load(text * 5)
    names = {"file": "text"}
    for table in EVIDENCE_TABLES:
        found = getattr(large, table.name)
        same = found.assign(**{name: found[name].replace("x.log", to) for name, to in names.items() if name in found})
        pd.testing.assert_frame_equal(same, getattr(small, table.name))


def test_a_link_that_leads_out(tmp_path: Path) -> None:
    """A link in a folder that leads out of it is not followed."""
    (tmp_path / "secret.log").write_text("hunter2\n")
    (tmp_path / "mixture").mkdir()
    (tmp_path / "mixture" / "web.log").write_text("boom\n")
    (tmp_path / "mixture" / "out.log").symlink_to(tmp_path / "secret.log")
    assert load(tmp_path / "mixture").logs["message"].tolist() == ["boom"]


def test_an_empty_name_is_no_folder() -> None:
    """An empty source, as an unset variable gives it, is refused and does not read the folder that one stands in."""
    with pytest.raises(BadInput, match="the source is an empty text"):
        load("")
