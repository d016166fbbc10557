"""Documents that were made to do harm: whatever stands in them, the answer is evidence or one clear line."""

import contextlib
import copy
import io
import json
import lzma
import os
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from incidentlab import bundle
from incidentlab.bundle import archive
from incidentlab.investigate import investigate
from incidentlab.load import PARSERS, load
from incidentlab.parse import inside
from incidentlab.parse.kinds import kind_of
from incidentlab.redact import Redactor
from incidentlab.tables import BadInput
from incidentlab.tables.documents import Odd, loads, number, record, record_at, shaped, yaml_node

INSPECT = {
    "Id": "c0",
    "Name": "/web-1",
    "RestartCount": 1,
    "Path": "sh",
    "Args": ["-c"],
    "State": {
        "Status": "exited",
        "ExitCode": 1,
        "OOMKilled": False,
        "StartedAt": "2026-11-23T09:00:01Z",
        "Health": {"Status": "unhealthy", "FailingStreak": 1, "Log": [{"Start": "2026", "ExitCode": 1, "Output": "x"}]},
    },
    "Config": {
        "Image": "web",
        "Env": ["A=1", "PATH=/bin"],
        "Labels": {"com.docker.compose.service": "web", "com.docker.compose.container-number": "1"},
        "Healthcheck": {"Test": ["CMD-SHELL", "true"], "Interval": 1, "Retries": 1},
    },
    "HostConfig": {"Memory": 1, "NanoCpus": 1, "RestartPolicy": {"Name": "no", "MaximumRetryCount": 1}},
    "NetworkSettings": {"Networks": {"n": {"IPAddress": "172.18.0.3", "Aliases": ["web"]}}},
    "Mounts": [{"Type": "volume", "Name": "v", "Destination": "/v"}],
}
EVENT = {
    "Type": "container",
    "Action": "die",
    "Actor": {"ID": "c0", "Attributes": {"exitCode": "1", "name": "web-1", "signal": "9"}},
    "time": 5,
    "timeNano": 5_000_000_000,
}
SAMPLE = {
    "read": "2026-01-01T00:00:00Z",
    "id": "c0",
    "service": "web",
    "cpu_stats": {"cpu_usage": {"total_usage": 5}, "throttling_data": {"periods": 1}},
    "memory_stats": {"usage": 5, "limit": 9, "stats": {"inactive_file": 1}},
    "networks": {"eth0": {"rx_bytes": 1}},
    "blkio_stats": {"io_service_bytes_recursive": [{"op": "read", "value": 1}]},
    "pids_stats": {"current": 1},
}
IMAGE = {
    "inspect": {"Id": "sha256:a", "RepoTags": ["web:1"], "Size": 1, "Config": {"Cmd": ["sh"], "Env": ["A=1"]},
                "RootFS": {"Layers": ["sha256:b"]}},
    "history": [{"CreatedBy": "RUN true", "Created": 1, "Size": 1}],
}  # fmt: skip
CONFIG = {
    "services": {
        "web": {
            "image": "web",
            "restart": "no",
            "depends_on": {"db": {"condition": "service_started"}},
            "healthcheck": {"test": ["CMD", "true"], "disable": False},
            "ports": [{"target": 80, "published": "80"}],
            "environment": {"A": "1"},
            "deploy": {"restart_policy": {"condition": "on-failure", "max_attempts": 3}},
        }
    }
}
SCAN = {
    "SchemaVersion": 2,
    "ArtifactName": "web:1",
    "ArtifactType": "container_image",
    "Metadata": {"ImageID": "sha256:a", "RepoTags": ["web:1"], "OS": {"Family": "debian", "EOSL": False}},
    "Results": [{"Target": "web", "Class": "os-pkgs", "Vulnerabilities": [{"PkgName": "p", "VulnerabilityID": "CVE-1"}],
                 "ExperimentalModifiedFindings": [{"Type": "vulnerability", "Finding": {"PkgName": "p"}}]}],
}  # fmt: skip
DOCUMENTS: dict[str, Any] = {
    "inspect": INSPECT,
    "events": EVENT,
    "samples": SAMPLE,
    "images": IMAGE,
    "config": CONFIG,
    "scans": SCAN,
    "engine": {"version": {"Version": "20.10"}, "info": {"NCPU": 2, "Driver": "overlay2"}},
    "image_files": {"diff_id": "sha256:b", "files": [["/bin/sh", "file", 9, 493, 0, 0, None, "e3"]]},
    "stats": {"Name": "web-1", "CPUPerc": "1%", "MemUsage": "1MiB / 2MiB", "PIDs": "1"},
    "listing": {"Names": "web-1", "State": "exited", "Status": "Exited (1) 2 minutes ago", "ExitCode": 1},
    "command": {"at": "2026-01-01T00:00:00Z", "stream": "stderr", "line": "web-1  | ready"},
    "health": {"Status": "unhealthy", "FailingStreak": 2, "Log": [{"ExitCode": 1, "Output": "503"}]},
    "readings": {
        "status": "success",
        "data": {
            "resultType": "matrix",
            "result": [
                {"metric": {"__name__": "p99", "service": "web"}, "values": [[1748768410.1, "0.5"], [0, "NaN"]]},
                {"metric": {"__name__": "up"}, "value": [1748768410, "1"]},
            ],
        },
    },
}
HOSTILE: list[Any] = [
    [], {}, None, True, -1, 1.5, 2**63, 10**30, "", "²", "9" * 5000, "\ud800", "a\0b", [[]], [{}], [None], {"": {}},
    "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "\u202e\x1b]0;x\x07",
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the path of every value in a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*path, key)
        yield from places(one, (*path, key))


def changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return a document with another value at a path."""
    found = copy.deepcopy(document)
    inner = found
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return found


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_value_of_any_type_at_any_place_is_read_past(kind: str) -> None:
    """Whatever stands where a text, a number or a list is meant, the parser gives tables that passed their door."""
    paths = list(enumerate(places(DOCUMENTS[kind])))
    for turn in (0, 7):
        several = [changed(DOCUMENTS[kind], path, HOSTILE[(place + turn) % len(HOSTILE)]) for place, path in paths]
        frames = PARSERS[kind]("\n".join(map(json.dumps, several)).encode(), file="x").frames
        assert all(list(frame.columns) for frame in frames.values())
    for document in several:
        PARSERS[kind](json.dumps(document).encode(), file="x")


def test_what_is_of_the_wrong_type_is_in_the_ledger() -> None:
    """A list where a number is meant costs that number and nothing else, and the ledger says so."""
    broken = [changed(INSPECT, ("State", "ExitCode"), [])]
    incident = load(json.dumps(broken).encode())
    assert incident.containers["state"].tolist() == ["exited"]
    assert incident.containers["exit_code"].isna().all()
    assert "State/ExitCode is a list, no whole number" in incident.ledger["truncated"].iloc[0]


@pytest.mark.parametrize(
    "text",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 300 + b"]" * 300,
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": ' + b"9" * 5_000 + b"}",
        b'{"a": "\x00"}',
        b"\xff\xfe{\x00}\x00",
    ],
    ids=lambda text: text[:12].decode("latin-1"),
)
def test_what_is_no_json_says_so(text: bytes) -> None:
    """Deep nesting, NaN, numbers of thousands of digits and raw NULs are no JSON, and end in nothing worse."""
    with pytest.raises(ValueError):  # noqa: PT011  # any of them
        loads(text)
    kind_of(text)


def test_half_a_character_is_replaced() -> None:
    """Half of a pair of UTF-16 becomes U+FFFD; whole pairs, and a backslash before what looks like one, stay."""
    assert loads(r'["\ud800", "\ud83d\ude00", "\\ud800", "x\udc00\ud800y"]') == [
        "\ufffd",
        "\U0001f600",
        r"\ud800",
        "x\ufffd\ufffdy",
    ]
    assert record('{"a": 1.50, "b": -Infinity}') == {"a": "1.50", "b": "-Infinity"}


def test_a_shape_is_all_that_is_read() -> None:
    """What the shape does not name is gone; a list keeps the places of its objects; the first fault is named."""
    odd = Odd()
    shape = {"a": [{"b": int}], "c": (str, [str]), "d": float}
    found = shaped({"a": [{"b": 1}, 5, {"b": True}], "c": ["x", 1], "d": 1, "e": "?"}, shape, odd)
    assert found == {"a": [{"b": 1}, {}, {}], "c": ["x"], "d": 1}
    assert (odd.count, odd.first) == (3, "/a/1 is a whole number, no object")
    assert [number(value) for value in (True, "1_0", " 1", "٣", "-7", 2**62, 10**18)] == [*[None] * 4, -7, *[None] * 2]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 50_000,
        "{a: " * 50_000,
        "- " * 50_000,
        "a: &a [*a]",
        "a: &a [x,x,x,x,x,x,x,x]\n" + "".join(f"a{i}: &b{i} [{','.join([f'*b{i - 1}'] * 8)}]\n" for i in range(1, 9)),
        "a0: &b0 [x,x,x,x,x,x,x,x]\n" + "".join(f"a{i}: &b{i} [{','.join([f'*b{i - 1}'] * 8)}]\n" for i in range(1, 9)),
        "a: !!python/object/apply:os.system [x",
    ],
    ids=range(7),
)
def test_yaml_that_would_end_the_reader_is_refused(text: str) -> None:
    """Nesting that overflows libyaml's stack, and aliases that make a billion of a kilobyte, are one line."""
    with pytest.raises(BadInput, match=r"^x"):
        yaml_node(text, name="x")
    assert load(f"services:\n  web: {{image: a}}\nx-a: {text}\n".encode()).name


def test_tags_make_no_objects() -> None:
    """A tag of Python in YAML is a node like any other."""
    assert yaml_node("a: !!python/object/apply:os.system [echo]", name="x").value[0][1].tag.endswith("os.system")


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """Write a bundle."""
    with bundle.write(tmp_path / "b", project="p") as out:
        out.log("logs/a.log", [b"2026-11-23T09:24:45.460907419Z ready\n"], service="a")
        out.jsonl("events.jsonl", [EVENT], kind="events")
        out.ledger.append(bundle.ledger_row("events", rows=1))
    return tmp_path / "b"


MANIFEST = {
    "schema": 1,
    "project": "p",
    "captured_at": "2026-11-23T09:24:45Z",
    "files": {"logs/a.log": {"kind": "container_log", "sha256": "0", "service": "a", "replica": 1}},
    "ledger": [{"source": "events", "first": "2026-11-23T09:24:45Z", "rows": 1, "gap": "g"}],
}


def test_a_manifest_of_any_shape_is_a_bundle_or_one_line(whole: Path) -> None:
    """Each place of a manifest may hold anything: the bundle is read with a row that says so, or refused."""
    read = 0
    for turn, path in enumerate(places(MANIFEST)):
        for value in HOSTILE[turn % 3 :: 3]:
            (whole / "manifest.json").write_text(json.dumps(changed(MANIFEST, path, value)))
            with contextlib.suppress(BadInput), bundle.read(whole) as opened:
                read += bool(opened.ledger)
    assert read > 20


@pytest.mark.parametrize(
    "path", ["a\0b", "x" * 300, "\ud800", "/etc/passwd", "../x", "a/../../x", "C:x", "a\\b", "", "logs"]
)
def test_a_path_that_is_none_is_refused_or_missing(whole: Path, path: str) -> None:
    """A path of a manifest that leads out, or that no file system can hold, ends in one line or a row."""
    (whole / "manifest.json").write_text(
        json.dumps(changed(MANIFEST, ("files",), {path: {"kind": "x", "sha256": "0"}}))
    )
    with contextlib.suppress(BadInput), bundle.read(whole) as opened:
        assert [row["error"] is not None for row in opened.ledger if row["source"].startswith("file:")] == [True]


def test_a_manifest_that_is_a_folder_is_one_line(whole: Path) -> None:
    """Where the manifest should be a file and is none, the bundle cannot be read."""
    (whole / "manifest.json").unlink()
    (whole / "manifest.json").mkdir()
    with pytest.raises(BadInput, match="cannot be read"):
        bundle.read(whole)


def tar_of(*members: tuple[str, bytes, dict[str, Any]]) -> bytes:
    """Return a tar archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name, data, facts in members:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            for key, value in facts.items():
                setattr(member, key, value)
            tar.addfile(member, io.BytesIO(data))
    return out.getvalue()


def zip_of(*members: tuple[str, bytes, int]) -> bytes:
    """Return a zip archive; each member has a mode."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data, mode in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            packed.writestr(info, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def pax(size: int) -> bytes:
    """Return a tar archive whose first header says that its own text is that long."""
    head = tarfile.TarInfo("x")
    head.type, head.size = tarfile.XHDTYPE, size
    return head.tobuf() + bytes(1024)


FILE = stat.S_IFREG | 0o644
BAD = {
    "cut xz": ("x.tar", lzma.compress(tar_of(("a.log", os.urandom(9999), {})))[:5000]),
    "damaged xz": ("x.tar", lzma.compress(bytes(9999))[:30] + b"\xff" * 99),
    "cut gzip": ("x.tgz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + b"\xff" * 30),
    "cut tar": ("x.tar", tar_of(("a.log", b"x" * 5000, {}))[:2000]),
    "fifo": ("x.tar", tar_of(("a.log", b"", {"type": tarfile.FIFOTYPE}))),
    "device": ("x.tar", tar_of(("a.log", b"", {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 5}))),
    "link": ("x.tar", tar_of(("a.log", b"", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}))),
    "hard link": ("x.tar", tar_of(("a.log", b"", {"type": tarfile.LNKTYPE, "linkname": "/etc/passwd"}))),
    "out": ("x.tar", tar_of(("../a.log", b"x", {}))),
    "twice": ("x.tar", tar_of(("a.log", b"x\n", {}), ("a.log", b"y\n", {}))),
    "file and folder": ("x.tar", tar_of(("a", b"x\n", {}), ("a/b.log", b"y\n", {}))),
    "long header": ("x.tar", pax(1 << 31)),
    "huge size": ("x.tar", tar_of(("a.log", b"", {}))[:124] + b"\x80" + b"\x7f" * 11 + bytes(1500)),
    "zip out": ("x.zip", zip_of(("../a.log", b"x", FILE))),
    "zip absolute": ("x.zip", zip_of(("/a.log", b"x", FILE))),
    "zip link": ("x.zip", zip_of(("a.log", b"/etc/passwd", stat.S_IFLNK | 0o777))),
    "zip fifo": ("x.zip", zip_of(("a.log", b"", stat.S_IFIFO | 0o644))),
    "zip twice": ("x.zip", zip_of(("a.log", b"x\n", FILE), ("b.log", b"y\n", FILE)).replace(b"b.log", b"a.log")),
    "zip bomb": ("x.zip", zip_of(("a.log", bytes(70 << 20), FILE))),
    "zip of strange names": ("x.zip", zip_of(("é.log", b"x\n", FILE)).replace("é".encode(), b"\xff\xff")),
    "zip of a strange method": ("x.zip", zip_of(("a.log", b"x" * 99, FILE)).replace(b"\x08\0", b"\x63\0")),
    "nothing": ("x.tar", b""),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_an_archive_that_does_harm_is_one_line(tmp_path: Path, name: str) -> None:
    """Links, devices, ways out, bombs, names that come twice and damage of any kind are refused in one line."""
    called, data = BAD[name]
    (tmp_path / called).write_bytes(data)
    with pytest.raises(BadInput, match=r"x\.\w+: "):
        load(tmp_path / called)
    assert sorted(place.name for place in tmp_path.iterdir()) == [called]


def test_names_that_differ_in_case_are_two(tmp_path: Path) -> None:
    """Where the file system tells them apart, both members are read."""
    (tmp_path / "x.tar").write_bytes(tar_of(("a.log", b"one\n", {}), ("A.log", b"two\n", {})))
    assert sorted(load(tmp_path / "x.tar").logs["message"]) == ["one", "two"]


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive of more members than any incident has is one line."""
    monkeypatch.setattr(archive, "MAX_MEMBERS", 2)
    (tmp_path / "x.tar").write_bytes(tar_of(*((f"{place}.log", b"x\n", {}) for place in range(4))))
    with pytest.raises(BadInput, match="more than 2 members"):
        load(tmp_path / "x.tar")


@pytest.mark.parametrize("line", ["[", "[1,", '{"a":'])
def test_what_begins_on_every_line_is_looked_at_a_few_times(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents that are nested too deep, one in the other on each line, are tried a bounded number of times."""
    tried = []
    monkeypatch.setattr(inside, "record_at", lambda *given: (tried.append(1), record_at(*given))[1])
    load(f"{line}\n" * 3_000)
    assert len(tried) == inside._MOST_DEEP


def test_keys_in_keys_are_followed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A private key that begins on every line costs each line one look, and what follows the last is hidden too."""
    looked, raw = [], Redactor.raw
    monkeypatch.setattr(Redactor, "raw", lambda *given: (looked.append(1), raw(*given))[1])
    secret = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="
    logs = load("-----BEGIN PRIVATE KEY-----\n" * 1_000 + f"{secret}\n").logs
    assert len(looked) <= 2 * 1_000  # once by itself, once more where one line gives something away for all
    assert secret not in logs["message"].iloc[-1]


def test_a_secret_of_many_kilobytes_is_hidden() -> None:
    """A value that is longer than any pattern may be is hidden where it is assigned, and breaks nothing."""
    shown = load("password=" * 5_000 + "\nready\n").logs["message"].tolist()
    assert shown[1] == "ready"
    assert "password=password=" not in shown[0]


def test_a_listing_that_begins_with_an_empty_line_is_none() -> None:
    """A table without a head has no rows."""
    assert PARSERS["listing"](b"\nweb-1 Up 3 minutes\n", file="x").frames["containers"].empty


def test_a_number_that_no_float_holds_stays_exact() -> None:
    """Whole numbers near the end of 64 bits are kept to the digit, also where other rows have none."""
    several = [changed(INSPECT, ("Id",), "c1"), changed(INSPECT, ("Config", "Healthcheck", "Retries"), 2**63 - 1)]
    several[0]["Config"].pop("Healthcheck")
    found = load(json.dumps(several).encode()).containers["health_retries"]
    assert sorted(found.dropna()) == [2**63 - 1]


def test_a_container_that_restarts_and_never_ran_is_answered() -> None:
    """An inspect may say that a container restarts and show no run of it."""
    state = {"Status": "restarting", "StartedAt": "", "FinishedAt": ""}
    found = investigate(load(json.dumps([changed(INSPECT, ("State",), state)]).encode()))
    assert found.loop_ends["reason"].tolist() == ["looping"]
