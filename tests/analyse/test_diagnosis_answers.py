"""What an answer of a server proves: login, database, TLS, schema, data. Each category has its look-alike."""

import pytest

TEMPORARY = """\
db-1  | The files belonging to this database system will be owned by user "postgres".
db-1  | 2026-03-01 10:00:01.000 UTC [40] LOG:  listening on Unix socket "/var/run/postgresql/.s.PGSQL.5432"
db-1  | 2026-03-01 10:00:01.100 UTC [40] LOG:  database system is ready to accept connections
"""
REAL = """\
db-1  | 2026-03-01 10:00:03.000 UTC [40] LOG:  received fast shutdown request
db-1  | PostgreSQL init process complete; ready for start up.
db-1  | 2026-03-01 10:00:03.500 UTC [1] LOG:  listening on IPv4 address "0.0.0.0", port 5432
db-1  | 2026-03-01 10:00:03.600 UTC [1] LOG:  database system is ready to accept connections
"""
BEAT = "".join(
    f'db-1  | 2026-03-01 10:01:{second:02}.{second:03} UTC [9{second:02}] FATAL:  role "app" does not exist\n'
    for second in range(0, 50, 10)
)

ROWS = [
    ("auth-pg", "auth_failure", "an answer refutes a race, whatever came before it",
     "api-1 | connect ECONNREFUSED 10.0.0.2:5432\napi-1 | FATAL:  password authentication failed for user \"shop\"\n"),
    ("auth-mysql", "auth_failure", "MySQL's 1045",
     "api-1 | ERROR 1045 (28000): Access denied for user 'shop'@'172.20.0.4' (using password: YES)\n"),
    ("auth-redis", "auth_failure", "Redis asks for a password",
     "api-1 | ReplyError: NOAUTH Authentication required.\n"),
    ("auth-rabbit", "auth_failure", "RabbitMQ refuses the login",
     "mq-1 | 2026-03-01 10:00:00.000 [error] <0.7.0> PLAIN login refused: user 'worker' - invalid credentials\n"),
    ("auth-mongo", "auth_failure", "MongoDB's code 18",
     "api-1 | MongoServerError: Authentication failed.\n"),
    ("look-alike-auth", "benign", "an authenticated connection is no failed login",
     ("db-1 | LOG:  connection authorized: user=app database=app\napi-1 | authentication middleware ready\n"
     "api-1 | listening on port 80\n")),
    ("probe-beat", "healthcheck_misconfigured", "a login that is refused at one interval is a probe, not a client",
     REAL + BEAT),
    ("database-pg", "missing_database", "PostgreSQL's 3D000",
     REAL + 'api-1 | asyncpg.exceptions.InvalidCatalogNameError: database "orders" does not exist\n'),
    ("database-mysql", "missing_database", "MySQL's 1049",
     "api-1 | sqlalchemy.exc.OperationalError: (1049, \"Unknown database 'orders'\")\n"),
    ("database-rails", "missing_database", "Rails names the exception",
     "web-1 | ActiveRecord::NoDatabaseError: We could not find your database: shop_production.\n"),
    ("look-alike-database", "benign", "on the temporary server a database may be missing, to be made next",
     TEMPORARY + 'db-1 | 2026-03-01 10:00:01.500 UTC [50] FATAL:  database "orders" does not exist\n'
     "db-1 | CREATE DATABASE\n" + REAL),
    ("tls-plain", "tls_failure", "plain HTTP on a TLS port",
     "search-1 | received plaintext http traffic on an https channel, closing connection\n"),
    ("tls-selfsigned", "tls_failure", "Node's code for a certificate of one's own making",
     "api-1 | Error: self-signed certificate in certificate chain\napi-1 |   code: 'SELF_SIGNED_CERT_IN_CHAIN'\n"),
    ("tls-pg", "tls_failure", "libpq wants TLS, the server has none",
     "api-1 | The server does not support SSL connections\n"),
    ("look-alike-tls", "benign", "a note on a self-made certificate of the server's own is no failed handshake",
     "db-1 | TLS configured, certificate loaded\ndb-1 | Server is ready, listening on port 3306\n"),
    ("migration-tool", "migration_failure", "golang-migrate marks the schema dirty",
     "api-1 | error: Dirty database version 12. Fix and force version.\n"),
    ("migration-alembic", "migration_failure", "a revision that is not in the scripts",
     "api-1 | ERROR [alembic.util.messaging] Can't locate revision identified by 'ab12cd34'\n"),
    ("migration-prisma", "migration_failure", "Prisma's P3009",
     "api-1 | Error: P3009\napi-1 | migrate found failed migrations in the target database\n"),
    ("migration-init", "migration_failure", "an error on the temporary server ends the initialisation",
     TEMPORARY + 'db-1 | 2026-03-01 10:00:01.400 UTC [55] ERROR:  syntax error at or near "CRAETE" at character 1\n'),
    ("migration-two-at-once", "migration_failure", "two sessions ran the same DDL at once",
     ("api-1 | UniqueViolation: duplicate key value violates unique "
     "constraint \"pg_type_typname_nsp_index\"\n")),
    ("migration-column", "migration_failure", "the code asks for a column that the database does not have",
     "api-1 | psycopg2.errors.UndefinedColumn: column users.nickname does not exist\n"),
    ("look-alike-migration", "benign", "a migration that finds nothing to do",
     "api-1 | INFO: No pending migrations to apply.\napi-1 | Server listening on port 4000\n"),
    ("data-version", "incompatible_data", "the data directory is of an older PostgreSQL",
     ("db-1 | FATAL:  database files are incompatible with server\ndb-1 | DETAIL:  The data directory was initialized "
     "by PostgreSQL version 14, which is not compatible with this version 16.2.\n")),
    ("data-mongo", "incompatible_data", "MongoDB steps over no major version",
     "mongo-1 | UPGRADE PROBLEM: Found an invalid featureCompatibilityVersion document\n"),
    ("data-kafka", "incompatible_data", "Kafka's volume belongs to another cluster",
     "kafka-1 | kafka.common.InconsistentClusterIdException: Cluster ID a doesn't match stored clusterId Some(b)\n"),
    ("look-alike-data", "benign", "a collation of another version is a warning",
     REAL + 'db-1 | WARNING:  database "app" has a collation version mismatch\n'),
]  # fmt: skip


@pytest.mark.parametrize(
    ("category", "fact", "text"), [pytest.param(*row[1:], id=row[0]) for row in ROWS]
)  # fmt: skip
def test_answers(verdict, category, fact, text):
    """Each row's fact holds for the verdict on its text."""
    assert verdict(text)[0] == category, fact


def test_both_sides_are_one_finding(pasted):
    """A refused login that client and server log is one finding: the client failed, the server is its dependency."""
    found = pasted(
        REAL
        + 'api-1 | error: password authentication failed for user "shop"\n'
        + 'db-1 | 2026-03-01 10:00:09.000 UTC [70] FATAL:  password authentication failed for user "shop"\n'
    )
    row = found.findings.iloc[0]
    assert (row["category"], row["service"], row["dependency"]) == ("auth_failure", "api", "db")
    assert set(found.evidence.loc[found.evidence["rank"] == 1, "line"].dropna()) >= {5, 6}
