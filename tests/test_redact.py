import itertools
import json
import re
import runpy
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from incidentlab.load import load
from incidentlab.redact import LONGEST, Redactor, is_secret, key, looks_secret, places
from incidentlab.redact.rules import RULES

PLANTED = runpy.run_path(str(Path(__file__).with_name("planted.py")))
DATA = Path(__file__).parent.parent / "data"

STAMP = b"2026-11-23T09:24:45.460907419Z "
SECRET = """
POSTGRES_PASSWORD PGPASSWORD MYSQL_ROOT_PASSWORD DB_PASS DB_PWD JWT_SECRET JWT_SECRET_2 apiKey STRIPE_API_KEY
AWS_SECRET_ACCESS_KEY GITHUB_TOKEN SSH_PRIVATE_KEY REDIS_AUTH ERLANG_COOKIE GOOGLE_CREDENTIALS DOCKER_AUTH_CONFIG
session-key VAULT_PASSPHRASE
"""
HARMLESS = """
POSTGRES_HOST_AUTH_METHOD POSTGRES_PASSWORD_FILE AUTH_SERVICE_URL AUTH_PORT TOKEN_TTL PWD OLDPWD
org.opencontainers.image.authors KEY PRIMARY_KEY PASSWORD_MIN_LENGTH SECRET_NAME auth PATH com.docker.compose.service
JWT_EXPIRES_IN DB_USER
"""
TOKEN = re.compile(r"<secret:[0-9a-f]{8}>")

secrets = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=6, max_size=40)
payloads = st.binary(max_size=80).map(lambda data: data.replace(b"\n", b""))


def knowing(*values: str) -> Redactor:
    """Return a redactor that has learned these values."""
    redactor = Redactor()
    redactor.learn([f"APP_PASSWORD={value}" for value in values])
    return redactor


def looked_for(redactor: Redactor, secret: str) -> None:
    """Leave out what is by design hidden only where it is assigned, and what no line can hold."""
    assume(redactor.secrets == 1 and secret == secret.strip() and len(secret.splitlines()) == 1)
    assume(
        not re.fullmatch("[0-9]+", secret) and secret.encode() not in STAMP and not re.search(r"[0-9a-f:]{6}", secret)
    )


@pytest.mark.parametrize("name", SECRET.split())
def test_names_of_secrets(name: str) -> None:
    """A name that ends in a word for a secret is one, in any spelling."""
    assert looks_secret(name)


@pytest.mark.parametrize("name", ["", *HARMLESS.split()])
def test_names_of_no_secrets(name: str) -> None:
    """A setting about a secret is none: its file, method, age, length or service."""
    assert not looks_secret(name)


@pytest.mark.parametrize("value", ["", "yes", "TRUE", "0", "****", "undefined", "<secret:0123abcd>"])
def test_values_of_no_secrets(value: str) -> None:
    """An empty value, a flag, asterisks and a token are evidence and stay."""
    assert not is_secret("DB_PASSWORD", value)


@given(secrets, payloads, payloads)
def test_no_secret_survives_in_a_log(secret: str, before: bytes, after: bytes) -> None:
    """Wherever a learned value stands in a line, it is gone from what is written."""
    redactor = knowing(secret)
    looked_for(redactor, secret)
    line = STAMP + before + secret.encode() + after + b"\n"
    written = b"".join(redactor.lines([line]))
    assert secret.encode() not in re.sub(TOKEN.pattern.encode(), b"", written)
    assert redactor.replaced


@given(secrets, st.lists(payloads, max_size=8), st.lists(st.integers(0, 400), max_size=6))
def test_lines_and_stamps_stay(secret: str, texts: list[bytes], cuts: list[int]) -> None:
    """However the bytes are cut, each line keeps its place and its time stamp."""
    redactor = knowing(secret)
    data = b"".join(STAMP + text + b" " + secret.replace("\n", "").encode() + b"\n" for text in texts)
    edges = [0, *sorted(cuts), len(data)]
    written = b"".join(redactor.lines(data[a:b] for a, b in itertools.pairwise(edges)))
    assert written == redactor.raw(data)
    assert written.count(b"\n") == data.count(b"\n")
    assert [line[: len(STAMP)] for line in written.splitlines(True) if line.startswith(STAMP)] == [STAMP] * len(texts)


@example("a password=abc b postgres://u:abc@h/d", "hunter2")
@example("https://u:<secret:00000000>@h", "secret:0000")
@given(st.text(), secrets)
def test_redacting_twice_changes_nothing(text: str, secret: str) -> None:
    """What has been redacted has nothing left to redact."""
    redactor = knowing(secret)
    once = redactor.text(text + secret)
    assert redactor.text(once) == once


@given(st.binary())
def test_without_secrets_every_byte_stays(data: bytes) -> None:
    """Where nothing is secret the log comes through unchanged, broken UTF-8 and all."""
    assume(b"=" not in data and b"://" not in data)
    assert b"".join(Redactor().lines([data])) == data


def test_one_secret_one_token() -> None:
    """The same value has the same token in variable, URL and log; another value has another."""
    redactor = Redactor()
    document = {"A_PASSWORD": "p@ss-w0rd", "B_PASSWORD": "other-one", "URL": "postgres://u:p%40ss-w0rd@db:5432/x"}
    redactor.learn(document)
    written = redactor.json(document)
    token = written["A_PASSWORD"]
    assert TOKEN.fullmatch(token)
    assert written["B_PASSWORD"] != token
    assert written["URL"] == f"postgres://u:{token}@db:5432/x"
    assert redactor.text("tried p@ss-w0rd, then p%40ss-w0rd") == f"tried {token}, then {token}"


def test_tokens_differ_between_bundles() -> None:
    """A token says nothing outside its bundle: the key is new for each."""
    assert Redactor().token("hunter2") != Redactor().token("hunter2")


def test_a_service_name_as_password_is_hidden_only_where_it_is_assigned() -> None:
    """Blotting out every "payflow" would destroy the evidence."""
    redactor = Redactor()
    redactor.learn({"POSTGRES_PASSWORD": "payflow", "POSTGRES_USER": "payflow"})
    assert TOKEN.fullmatch(redactor.json({"POSTGRES_PASSWORD": "payflow"})["POSTGRES_PASSWORD"])
    assert redactor.text("database payflow, PGPASSWORD=payflow").startswith("database payflow, PGPASSWORD=<secret:")


@pytest.mark.parametrize("value", ["password", "Postgres", "short"])
def test_common_words_stay_in_messages(value: str) -> None:
    """A message such as "password authentication failed" stays readable if someone chose that word."""
    assert knowing(value).text(f"{value} authentication failed") == f"{value} authentication failed"


def test_digits_are_no_part_of_a_number() -> None:
    """A password of digits is replaced as a word, not inside a longer number."""
    redactor = knowing("123456")
    assert redactor.text("pin 123456") == f"pin {redactor.token('123456')}"
    assert redactor.text("id 91234567") == "id 91234567"


def test_stamps_survive_a_password_that_looks_like_them() -> None:
    """A password that occurs in a time stamp does not break it, not even in the middle of a line."""
    line = STAMP + b"unterminated" + STAMP + b"at 2026-11\n"
    redactor = knowing("2026-11")
    assert redactor.raw(line) == STAMP + b"unterminated" + STAMP + b"at " + redactor.token("2026-11").encode() + b"\n"


def test_json_keeps_keys_numbers_times_and_public_text() -> None:
    """Only strings that hold a secret change; a time stays even if it contains one."""
    redactor = knowing("2026-11", "hunter2-x")
    document = {"hunter2-x": 1795425730508346070, "Start": "2026-11-23T09:00:00.5+02:00", "n": [None, True, 1.5]}
    assert redactor.json(document) == document
    assert redactor.json({"Test": ["CMD", "curl", "hunter2-x"]})["Test"][2] == redactor.token("hunter2-x")


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("redis://:hunter@cache:6379/0", "hunter"),
        (r"postgres:\/\/u:hunter@db\/x", "hunter"),
        ("amqp://u:p@h1,amqp://v:hunter@h2", "hunter"),
        ("--api-key=hunter x", "hunter"),
        ("Server=db;Password=hunter;User=u", "hunter"),
        ("/bin/sh -c #(nop)  ENV DB_PASSWORD=hunter", "hunter"),
        ('{"level":"info","dbPassword" : "hunter","user":"u"}', "hunter"),
        (r'{"msg":"{\"password\": \"hunter\"}"}', "hunter"),
        ("config {'api_key': 'hunter'}", "hunter"),
        ("+ redis-server --requirepass hunter --port 6379", "hunter"),
        ("exec app -token 'hunter'", "hunter"),
    ],
)
def test_passwords_in_running_text(text: str, secret: str) -> None:
    """A password in a URL or behind NAME= is hidden even if nothing was learned."""
    assert secret not in Redactor().text(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://host:80/a?mail=x@y",
        "amqp://u:**@h:5672//",
        "https://user@host/x",
        "npm ERR! key=4 pass=3",
        "a@b: http://h:1",
        "error: the option --password is required",
        '{"password": "", "token_ttl": "5m", "author": "x", "keyboard": "qwertz"}',
        "usage: app --password --user u",
    ],
)
def test_text_without_passwords(text: str) -> None:
    """Ports, mail addresses, masked passwords and ordinary settings stay."""
    assert Redactor().text(text) == text


def test_a_command_line_as_a_list() -> None:
    """The argument behind an option for a secret is hidden there and wherever else it stands; an option is no value."""
    redactor = Redactor()
    command = ["redis-server", "--requirepass", "hunter2", "--password", "--port", "6379"]
    redactor.learn({"Cmd": command})
    token = redactor.token("hunter2")
    assert redactor.json({"Cmd": command})["Cmd"] == [*command[:2], token, *command[3:]]
    assert redactor.text("AUTH hunter2") == f"AUTH {token}"


def test_escapes_in_json_do_not_change_the_token() -> None:
    """A password that JSON spells with escapes is the same value as elsewhere."""
    redactor = Redactor()
    assert redactor.text(r'{"password": "a\"b\u00e9"}') == '{"password": "' + redactor.token('a"bé') + '"}'


def test_a_secret_across_the_pieces_of_a_long_line() -> None:
    """The engine repeats its stamp every 16 KiB, perhaps amid a secret; the line is then written in one piece."""
    redactor = knowing("hunter2-x")
    payload = b"A" * 16380 + b"hunter2-x" + b"B" * 20000
    pieces = [payload[i : i + 16384] for i in range(0, len(payload), 16384)]
    line = b"".join(STAMP + piece for piece in pieces) + b"\n"
    written = b"".join(redactor.lines([line]))
    assert written == STAMP + b"A" * 16380 + redactor.token("hunter2-x").encode() + b"B" * 20000 + b"\n"
    clean = line.replace(b"hunt", b"aunt").replace(b"er2-x", b"")
    assert b"".join(redactor.lines([clean])) == clean


@settings(max_examples=10, deadline=None)
@given(st.integers(LONGEST - 40_000, LONGEST + 40_000))
def test_a_secret_in_an_endless_line(position: int) -> None:
    """A line without end is held only in part, and still no secret slips through where it is cut."""
    redactor = knowing("hunter2 x")
    payload = b"A" * position + b"hunter2 x" + b"B" * 200_000
    frames = (STAMP + payload[i : i + 16384] for i in range(0, len(payload), 16384))
    blocks = list(redactor.lines(frames))
    assert b"".join(blocks) == STAMP + payload.replace(b"hunter2 x", redactor.token("hunter2 x").encode())
    assert max(map(len, blocks)) <= LONGEST + (1 << 16)


def test_a_private_key_of_several_lines() -> None:
    """Each line of a secret of several lines is a secret, as logs give it line by line."""
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQ\n-----END KEY-----"
    redactor = Redactor()
    redactor.learn({"SSH_PRIVATE_KEY": key})
    assert "MIIEvQ" not in redactor.text(STAMP.decode() + "MIIEvQIBADANBg\n")
    assert "kqhkiG" not in redactor.text(json.dumps({"x": key}))


def test_a_kept_key_is_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of a recording is made once, kept in the user's state, and readable by nobody else."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    made, known = key.kept("1f")
    assert (len(made), known) == (32, False)
    assert key.kept("1f") == (made, True)
    (place,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert place.stat().st_mode & 0o777 == 0o600
    assert place.parent.stat().st_mode & 0o777 == 0o700
    assert key.kept("2e")[0] != made


def test_a_key_that_cannot_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a place for it the key lives in memory only, and the next start has another."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert key.kept("1f")[1] is False
    assert key.kept("1f")[0] != key.kept("1f")[0]


def _ids(lines: list) -> list[str]:  # type: ignore[type-arg]
    return [f"{place}-{told.kind}" for place, told in enumerate(lines)]


EVERY = PLANTED["planted"](7, 300)


def test_enough_is_planted() -> None:
    """There are three hundred planted secrets of more than twenty kinds."""
    assert len(EVERY) == 300
    assert len({told.kind for told in EVERY}) >= 40


@pytest.mark.parametrize("told", EVERY, ids=_ids(EVERY))
def test_a_planted_secret_is_hidden_and_the_rest_stays(told) -> None:  # type: ignore[no-untyped-def]
    """A secret of any kind is gone from its line, and every other word of the line is still there."""
    hidden = Redactor().text(told.line)
    assert [secret for secret in told.secrets if secret in hidden] == []
    assert [rest for rest in told.survives if rest not in hidden] == []


def test_no_planted_secret_in_anything_that_is_loaded() -> None:
    """A pasted log with all planted secrets, of four services mixed, gives tables without any of them."""
    lines = [line for told in EVERY for line in told.line.split("\n")]
    incident = load("".join(f"web-{place % 4}  | {line}\n" for place, line in enumerate(lines)))
    assert len(incident.logs) == len(lines)
    shown = "\n".join(incident.logs["message"])
    left = {secret for told in EVERY if told.kind != "private key" for secret in told.secrets if secret in shown}
    assert left == set()


def test_no_planted_secret_in_a_bundle() -> None:
    """What a capture writes of a log, cut anywhere into blocks, holds none of the planted secrets."""
    log = "".join(f"{STAMP.decode()}{line}\n" for told in EVERY for line in told.line.split("\n")).encode()
    written = b"".join(Redactor().lines(log[start : start + 1000] for start in range(0, len(log), 1000)))
    assert [secret for told in EVERY for secret in told.secrets if secret.encode() in written] == []
    assert written.count(b"\n") == log.count(b"\n")


def test_a_private_key_in_rows_of_its_own_stream() -> None:
    """A private key whose lines another service interrupts is hidden row by row, the other service's rows stay."""
    told = next(told for told in EVERY if told.kind == "private key")
    rows = [
        row for line in told.line.split("\n") for row in (f"web-1  | {line}", "db-1   | ready 7f3a91c02b5d4e6f8a9b0c1d")
    ]
    messages = load("\n".join(rows) + "\n").logs["message"].tolist()
    assert messages[1::2] == ["ready 7f3a91c02b5d4e6f8a9b0c1d"] * (len(rows) // 2)
    assert [row for row in messages[2:-2:2] if not TOKEN.fullmatch(row)] == []


def test_the_scanner_suspects_whatever_a_rule_finds() -> None:
    """Each rule that finds something in a planted line was suspected there before Python looked."""
    for told in EVERY:
        for line in told.line.encode().split(b"\n"):
            suspected = {which for _, which in places.suspected(line)}
            found = {which for which, rule in enumerate(RULES) if rule.pattern.search(line)}
            assert found <= suspected, (line, [RULES[which].name for which in found - suspected])


def test_what_one_line_gives_away_is_hidden_in_all() -> None:
    """A password that one line assigns is hidden where an earlier one says it bare, under the same token."""
    first, second = load("web-1  | trying hunter2xyz\nweb-1  | DB_PASSWORD=hunter2xyz\n").logs["message"]
    assert TOKEN.findall(first) == TOKEN.findall(second)
    assert first.startswith("trying <secret:")


@pytest.mark.parametrize("word", ["ECONNREFUSED", "10.0.0.5:5432", "auth-service", "db-1", "5432", "connection"])
def test_a_log_cannot_blot_out_the_evidence(word: str) -> None:
    """Who writes that a word of the evidence is a password hides it there and nowhere else."""
    text = f"web-1  | password={word}\nweb-1  | connect {word} failed\n"
    assert load(text).logs["message"][1] == f"connect {word} failed"


@pytest.mark.parametrize("name", sorted(path.parent.name for path in DATA.glob("*/manifest.json")))
def test_nothing_is_hidden_in_ordinary_logs(name: str) -> None:
    """The recordings were masked when they were made: no line of them changes any more."""
    for path in (DATA / name).rglob("*.log"):
        data = path.read_bytes()
        assert Redactor().raw(data) == data


ORDINARY = """
npm ERR! code ELIFECYCLE key=4 pass=3
PASS src/auth/token.test.js (5.2 s)
Tests: 12 passed, 0 failed; tokens=4096 max_tokens=2048
FATAL:  password authentication failed for user "app"
error: password is required; token expired at 2026-11-23T10:00:00Z
SyntaxError: Unexpected token '<', "<!DOCTYPE "... is not valid JSON
Invalid token: unexpected end of input at line 3
JsonWebTokenError: invalid signature, secret or public key must be provided
Access denied for user 'root'@'172.20.0.5' (using password: YES)
secret "db-credentials" not found; Secret: payments-db-2 missing
AuthService: GET http://auth-service:3000/login?next=/cart&page=2 401
pulled postgres@sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0
container 7f3a91c02b5d4e6f8a9b0c1d2e3f40516273849506172839 exited (137)
Error response from daemon: Get "https://registry-1.docker.io/v2/": dial tcp 10.0.0.7:443
    at TokenManager.refresh (/app/src/token.js:10:20)
    token = req.headers.authorization
    password = settings.DB_PASSWORD
    conn = psycopg2.connect(host=host, password=password)
POSTGRES_PASSWORD_FILE=/run/secrets/db PASSWORD=${DB_PASSWORD} TOKEN=$TOKEN
primary key: id, foreign key: order_id; sort key=created_at
cookie hash    : 2EhKgGGYYa2fkzLyq0Kv5g==
Session establishment complete on server zk/172.20.0.4:2181, negotiated timeout = 40000
commit 9fceb02d0ae598e95dc970b74767f19372d61af8 author: ann <ann@example.com>
user ann@example.com logged in from 2001:db8::1 session expired
Get "http://host:80/a?mail=x@y.example": EOF
git@github.com:acme/shop.git npm:left-pad@1.3.0 image:tag
requestId=5f3c1a2b-7d4e-4f6a-8b9c-0d1e2f3a4b5c traceparent=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
etag: "33a64df551425fcc55e4d42a148795d9f25f89d4" GET /static/main.8f3a91c0.js 200
-----BEGIN CERTIFICATE-----
MIIDazCCAlOgAwIBAgIUQ2hYx0k1
"""


@pytest.mark.parametrize("line", ORDINARY.strip().split("\n"))
def test_an_ordinary_line_stays(line: str) -> None:
    """Prose about passwords, code, addresses, hashes, ids, numbers and references to a secret are evidence."""
    assert Redactor().text(line) == line
