"""Secrets to plant: lines as programs write them, in many kinds, each with values that are made anew from a seed.

`{s}` is the secret. Every line also holds words of the evidence that must survive.
"""

from __future__ import annotations

import base64
import random
import string
from typing import NamedTuple
from urllib.parse import quote

LETTERS, HEX = string.ascii_letters + string.digits, "0123456789abcdef"


class Planted(NamedTuple):
    """One secret in one line: its kind, the line, what may stand nowhere afterwards, and what must still stand."""

    kind: str
    line: str
    secrets: list[str]
    survives: list[str]


def _some(rng: random.Random, letters: str, count: int) -> str:
    return "".join(rng.choice(letters) for _ in range(count))


PASSWORDS = {
    "URL": [
        "connecting to postgres://app:{s}@db:5432/shop?sslmode=disable",
        "dial amqp://worker:{s}@rabbitmq:5672/%2F failed: ECONNREFUSED 172.20.0.3:5672",
        "redis.exceptions.ConnectionError: redis://:{s}@cache:6379/0",
        "mongodb+srv://root:{s}@cluster0.example.net/admin?retryWrites=true",
        "fatal: unable to access 'https://deploy:{s}@git.example.com/shop.git/'",
        "broker amqps://a:{s}@mq1:5671,mq2:5671/prod",
        "mssql+pyodbc://sa:{s}@sql:1433/shop?driver=ODBC",
        'url="mysql://shop:{s}@mariadb:3306/shop"',
    ],
    "JDBC": [
        "HikariPool-1 - jdbc:postgresql://db:5432/shop?user=app&password={s}&ssl=false",
        "jdbc:sqlserver://sql:1433;databaseName=shop;user=sa;password={s};encrypt=false",
        "jdbc:oracle:thin:scott/{s}@//ora:1521/XEPDB1",
        "jdbc:mysql://db:3306/shop?user=app&password={s}",
    ],
    ".NET": [
        "Server=sql,1433;Database=shop;User Id=sa;Password={s};Encrypt=False",
        "Data Source=sql;Initial Catalog=shop;Uid=sa;Pwd={s}",
        "ConnectionStrings:Default = 'Host=db;Username=app;Password={s};Database=shop'",
    ],
    "libpq": [
        "could not connect: host=db port=5432 user=app password={s} dbname=shop",
        "conninfo 'host=db user=app password='{s}' dbname=shop'",
        "db:5432:shop:app:{s}",
    ],
    "Go DSN": ["sql.Open app:{s}@tcp(db:3306)/shop?parseTime=true", "dsn app:{s}@unix(/run/db.sock)/shop"],
    "variable": [
        "DB_PASSWORD={s} node server.js",
        "+ export PGPASSWORD={s}",
        "env: POSTGRES_PASSWORD={s} POSTGRES_USER=app",
        "  - MYSQL_ROOT_PASSWORD={s}",
        "apiKey={s} region=eu",
        "SPRING_DATASOURCE_PASSWORD = {s}",
    ],
    "JSON field": [
        '{{"level":"info","msg":"config","dbPassword":"{s}","host":"db"}}',
        '{{"msg":"{{\\"password\\": \\"{s}\\", \\"host\\": \\"db\\"}}"}}',
        '{{"client_secret" : "{s}", "client_id": "shop"}}',
        '{{"name":"DB_PASSWORD","value":"{s}"}}',
        '{{"sessionId": "{s}", "user": "ann"}}',
    ],
    "other field": [
        "config {{'api_key': '{s}', 'host': 'db'}}",
        "DbConfig{{host=db, password={s}}}",
        "&{{Host:db Password:{s}}}",
        '#<Config password="{s}" host="db">',
        '{{:password=>"{s}", :host=>"db"}}',
        "<password>{s}</password><host>db</host>",
        '<add key="DbPassword" value="{s}" />',
        'auth_token: "{s}"',
    ],
    "YAML field": ["    password: {s}", "db_password: '{s}'", "- secret_key: {s}", '  "token": {s}'],
    "header": [
        "> Authorization: Bearer {s}",
        "authorization: token {s}",
        "X-Api-Key: {s}",
        "'X-Vault-Token': '{s}',",
        "headers {{authorization: 'Bearer {s}', host: 'api'}}",
        'proxy_set_header Authorization "Bearer {s}";',
        "PRIVATE-TOKEN: {s}",
        '["authorization","Bearer {s}"]',
    ],
    "cookie": [
        "Cookie: sid={s}; theme=dark",
        "Set-Cookie: connect.sid={s}; Path=/; HttpOnly",
        "GET /cart cookie='lang=en; JSESSIONID={s}' 500",
        "JSESSIONID={s} user=ann",
        "session_id={s}",
    ],
    "query": [
        "GET /cb?code={s}&state=1 HTTP/1.1 500",
        "GET /api?access_token={s}&page=2 502",
        "PUT https://b.s3.amazonaws.com/k?X-Amz-Date=20261123T000000Z&X-Amz-Signature={s}",
        "GET /maps?key={s} 403",
        "http://127.0.0.1:8888/lab?token={s}",
    ],
    "command": [
        "+ mysql -h db -uroot -p{s} shop",
        "mysqladmin ping -h localhost -u root --password={s}",
        "redis-cli -h cache -a {s} ping",
        "sshpass -p {s} ssh deploy@host",
        "curl -fsS -u admin:{s} http://es:9200/_cluster/health",
        "curl --user admin:{s} http://es:9200",
        "docker login -u ci -p {s} registry.example.com",
        "mongosh -u root -p {s} --authenticationDatabase admin",
        "rabbitmqctl add_user app {s}",
        "ldapsearch -x -D cn=admin -w {s} -H ldap://ldap",
        "redis-server --requirepass {s} --port 6379",
        "exec app --api-key {s} --port 80",
        "openssl rsa -in key.pem -passin pass:{s}",
        "sqlcmd -S sql -U sa -P {s} -Q 'select 1'",
        "echo {s} | docker login -u ci --password-stdin",
        "exec app -token '{s}' -listen :80",
    ],
    "healthcheck": [
        '["CMD","mysqladmin","ping","-uroot","-p{s}"]',
        '["CMD","redis-cli","-a","{s}","ping"]',
        '["CMD-SHELL","PGPASSWORD={s} pg_isready -U app"]',
        '["CMD","curl","-u","admin:{s}","http://es:9200"]',
    ],
    "image history": [
        "/bin/sh -c #(nop)  ENV DB_PASSWORD={s}",
        "|1 NPM_TOKEN={s} /bin/sh -c npm ci",
        "RUN /bin/sh -c curl -u ci:{s} https://example.com/x # buildkit",
        "ENV API_TOKEN {s}",
    ],
    "SQL": [
        "STATEMENT:  ALTER USER app WITH PASSWORD '{s}'",
        "CREATE USER 'app'@'%' IDENTIFIED BY '{s}'",
        "CREATE USER app IDENTIFIED WITH caching_sha2_password BY '{s}'",
        "SET PASSWORD FOR 'app' = PASSWORD('{s}')",
    ],
    "Redis": [
        '1795425730.5 [0 172.20.0.4:5] "AUTH" "{s}"',
        "requirepass {s}",
        "user default on >{s} ~* +@all",
        "CONFIG SET masterauth {s}",
    ],
    "sentence": [
        "[Entrypoint]: GENERATED ROOT PASSWORD: {s}",
        "A temporary password is generated for root@localhost: {s}",
        "Using generated security password: {s}",
        "default login is admin with password {s}",
        "machine api.example.com login ci password {s}",
    ],
    "npm": ["//registry.npmjs.org/:_authToken={s}", "npm config set _password={s}"],
}  # fmt: skip
"""Kind -> lines that hold a password or a token of no format of its own."""

TOKENS = {
    "AWS": lambda r: "AKIA" + _some(r, string.ascii_uppercase + string.digits, 16),
    "GitHub": lambda r: "ghp_" + _some(r, LETTERS, 36),
    "GitLab": lambda r: "glpat-" + _some(r, LETTERS, 20),
    "Slack": lambda r: f"xoxb-{_some(r, string.digits, 12)}-{_some(r, string.digits, 12)}-{_some(r, LETTERS, 24)}",
    "Slack webhook": lambda r: f"https://hooks.slack.com/services/T0{_some(r, LETTERS, 8)}/B0{_some(r, LETTERS, 24)}",
    "Stripe": lambda r: "sk_live_" + _some(r, LETTERS, 24),
    "SendGrid": lambda r: f"SG.{_some(r, LETTERS, 22)}.{_some(r, LETTERS, 43)}",
    "Twilio": lambda r: "SK" + _some(r, HEX, 32),
    "npm token": lambda r: "npm_" + _some(r, LETTERS, 36),
    "PyPI": lambda r: "pypi-AgEIcHlwaS5vcmc" + _some(r, LETTERS, 60),
    "Docker Hub": lambda r: "dckr_pat_" + _some(r, LETTERS, 27),
    "Google": lambda r: "AIza" + _some(r, LETTERS, 35),
    "DigitalOcean": lambda r: "dop_v1_" + _some(r, HEX, 64),
    "Vault": lambda r: "hvs." + _some(r, LETTERS, 90),
    "Telegram": lambda r: _some(r, string.digits, 10).replace("0", "1") + ":AA" + _some(r, LETTERS, 33),
    "OpenAI": lambda r: "sk-proj-" + _some(r, LETTERS, 48),
    "Azure storage": lambda r: _some(r, LETTERS, 86) + "==",
    "JWT": lambda r: ".".join(["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIi" + _some(r, LETTERS, 40), _some(r, LETTERS, 43)]),
    "Grafana": lambda r: f"glsa_{_some(r, LETTERS, 32)}_{_some(r, HEX, 8)}",
    "Shopify": lambda r: "shpat_" + _some(r, HEX, 32),
    "password hash": lambda r: "$2b$12$" + _some(r, LETTERS, 53),
}  # fmt: skip
"""Kind -> a token of a vendor's public format."""

AROUND = ("request failed with {s} at 10.0.0.7:443 (E401)", '{{"hint":"{s}","code":401}}', "retry {s}, attempt 3 of 5")


def planted(seed: int, count: int) -> list[Planted]:
    """Return so many planted secrets of all kinds, in turn."""
    rng = random.Random(seed)
    makers = [
        *((kind, line, _password) for kind, lines in PASSWORDS.items() for line in lines),
        *((kind, line, maker) for kind, maker in TOKENS.items() for line in AROUND[:2]),
    ]
    plain = [_plant(rng, *makers[place % len(makers)]) for place in range(count - 3 * (count // 20))]
    wrapped = [_wrap(rng, place) for place in range(2 * (count // 20))]
    return plain + wrapped + [_key(rng) for _ in range(count // 20)]


def _password(rng: random.Random) -> str:
    """Return a password as people and generators make them, of letters that need no quoting anywhere."""
    return (
        rng.choice(string.ascii_letters)
        + _some(rng, LETTERS, rng.randint(8, 20))
        + rng.choice(string.digits)
        + rng.choice("xyz")
    )


def _plant(rng: random.Random, kind: str, line: str, maker) -> Planted:  # type: ignore[no-untyped-def]
    secret = maker(rng)
    if kind == "query":
        secret += _some(rng, LETTERS, 12)
    rest = line.replace("{{", "{").replace("}}", "}").split("{s}")
    return Planted(kind, line.format(s=secret), [secret], [part for part in rest if part.strip()])


def _wrap(rng: random.Random, place: int) -> Planted:
    secret = _password(rng)
    inner = ("postgres://app:{s}@db:5432/shop", "password={s}", '{{"db_password": "{s}"}}')[place % 3].format(s=secret)
    if place % 2:
        return Planted("percent", f"GET /go?next={quote(inner, safe='')} 302", [secret], ["GET /go?next=", " 302"])
    coded = base64.b64encode(inner.encode()).decode()
    return Planted("base64", f"payload {coded} of job 7", [secret, coded], ["payload ", " of job 7"])


def _key(rng: random.Random) -> Planted:
    lines = [_some(rng, LETTERS + "+/", 64) for _ in range(6)] + [_some(rng, LETTERS, 22) + "=="]
    text = "\n".join(["-----BEGIN PRIVATE KEY-----", *lines, "-----END PRIVATE KEY-----"])
    return Planted("private key", text, lines, ["BEGIN PRIVATE KEY", "END PRIVATE KEY"])
