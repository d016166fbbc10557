"""Which service is a Postgres, which a Redis: by name, image, port, or what it says of itself.

Sources: the images' documented ports (Docker Hub), IANA's service names, and the first line that each server logs.
A name or image tells the kind of a service; a port tells the kind of a target only where one service of it exists.
"""

from __future__ import annotations

from typing import NamedTuple


class Server(NamedTuple):
    """One kind of server.

    Parameters
    ----------
    name
        The kind.
    ports
        Its well-known ports.
    names
        What services and images of it are called: RE2, matched at word bounds, upper or lower case.
    says
        A line that only it logs: RE2.
    """

    name: str
    ports: tuple[int, ...]
    names: str
    says: str


SERVERS = (
    Server(
        "postgres",
        (5432,),
        "postgres|postgresql|pg|pgsql|postgis|timescaledb|timescale|pgvector|supabase-db",
        r"database system is (?:ready|shut down|was shut down)|PostgreSQL (?:init process|Database directory)|initdb: ",
    ),
    Server(
        "mysql",
        (3306, 33060),
        "mysql|mariadb|percona|maria",
        r"mysqld|mariadbd|MySQL Server|InnoDB: |MariaDB Server|\[Entrypoint\]",
    ),
    Server(
        "mongo", (27017, 27018), "mongo|mongodb|mongod", r'"ctx":"(?:main|initandlisten|listener)"|\[initandlisten\]'
    ),
    Server(
        "redis",
        (6379,),
        "redis|valkey|keydb|dragonfly",
        r"oO0OoO0OoO0Oo|Running mode=\w+, port=\d+|[Rr]eady to accept connections (?:tcp|at)",
    ),
    Server(
        "rabbitmq", (5672, 5671, 15672), "rabbitmq|rabbit|amqp", r"Starting RabbitMQ|started TCP listener on|rabbitmq_"
    ),
    Server(
        "zookeeper", (2181,), "zookeeper|zk", r"o\.a\.z\.s\.|binding to port .*:2181|org\.apache\.zookeeper\.server"
    ),
    Server(
        "kafka",
        (9092, 9093, 29092, 19092),
        "kafka|broker|redpanda",
        r"kafka\.server\.|\[Kafka(?:Raft)?Server |kafka\.Kafka",
    ),
    Server(
        "elasticsearch",
        (9200, 9300),
        "elasticsearch|elastic|opensearch|es",
        r"org\.elasticsearch|o\.e\.n\.Node|org\.opensearch",
    ),
    Server(
        "mssql",
        (1433,),
        "mssql|sqlserver|sql-server|azuresql|azure-sql-edge",
        r"SQL Server is now ready|Microsoft SQL Server",
    ),
    Server("cassandra", (9042,), "cassandra|scylla", r"org\.apache\.cassandra|CassandraDaemon"),
    Server("memcached", (11211,), "memcached|memcache", r"server listening \(\d"),
    Server("nats", (4222,), "nats", r"Starting nats-server"),
    Server("minio", (9000, 9001), "minio|s3", r"MinIO Object Storage Server"),
    Server("vault", (8200,), "vault", r"==> Vault server"),
    Server("consul", (8500,), "consul", r"==> Starting Consul|Consul agent running"),
    Server("etcd", (2379,), "etcd", r"etcdserver|etcdmain"),
    Server("keycloak", (8080,), "keycloak", r"org\.keycloak|Keycloak \d"),
    Server("eureka", (8761,), "eureka|discovery|registry", r"Started Eureka Server"),
    Server("php-fpm", (9000,), "php|fpm|php-fpm", r"NOTICE: fpm is running|NOTICE: ready to handle connections"),
    Server(
        "web",
        (80, 443, 8080, 8443),
        "nginx|proxy|web|webserver|gateway|traefik|caddy|haproxy|apache|httpd|frontend",
        r"start worker process",
    ),
)

LOOPBACK = r"^(?:localhost|127\.\d+\.\d+\.\d+|::1|0:0:0:0:0:0:0:1|0\.0\.0\.0|::)$"
