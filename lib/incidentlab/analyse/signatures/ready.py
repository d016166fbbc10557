r"""What servers say of their own state: starting, ready for a while on a private socket, ready for all, going down.

Sources: docker-library `docker-entrypoint.sh` of postgres, mysql, mongo and MariaDB's (each runs a temporary server
that only the container itself can reach); PostgreSQL `postmaster.c`; mysqld's start-up line (``port: 0`` = no network;
the X Plugin's line speaks of port 33060 and comes earlier); mongod log ids 23016, 21951; Redis `server.c`; RabbitMQ
`tcp_listener`; Kafka `KafkaServer`, `KafkaRaftServer`; Elasticsearch `Node`; nginx `ngx_process_cycle.c` ("ready for
start up" is printed by its entrypoint, before nginx runs); and what web frameworks print when they listen.
"""

from __future__ import annotations

from incidentlab.analyse.signatures.row import table

MARKS = table(
    r"""
pg_initialising        initialising   postgres      The files belonging to this database system will be owned
pg_boot                boot           postgres      LOG: +starting PostgreSQL
pg_boot_old            boot           postgres      LOG: +database system was shut down at
pg_recovering          boot           postgres      LOG: +database system was (?:interrupted|not properly shut down)
pg_tcp                 tcp            postgres      listening on IPv[46] address "(?P<host>[^"]+)", port {PORT}
pg_socket              socket         postgres      listening on Unix socket
pg_ready               ready_maybe    postgres
    (?:\[(?P<code>\d+)\].*)?database system is ready to accept (?:read[- ]only )?connections
pg_init_done           init_done      postgres      PostgreSQL init process complete; ready for start up
pg_stopping            stopping       postgres      received (?:fast|smart|immediate) shutdown request
pg_down                down           postgres      LOG: +database system is shut down
mysql_init             initialising   mysql         \[Entrypoint\]: (?:Initializing database|Starting temporary server)
mysql_temporary        temporary      mysql         \[Entrypoint\]: Temporary server started
mysql_port_0           temporary      mysql         Version: '.*port: 0\b
mysql_ready            ready          mysql         Version: '.*port: [1-9]\d*\b
mysql_temp_stop        stopping       mysql         \[Entrypoint\]: Stopping temporary server
mysql_init_done        init_done      mysql         (?:MySQL|MariaDB) init process done\. Ready for start up
mysql_boot             boot           mysql         (?:mysqld|mariadbd) \(\S+ [\d.]+.*\) starting as process
mysql_stopping         stopping       mysql
    (?:Normal shutdown|Received SHUTDOWN|Initiated by: unknown|Shutdown complete)
mongo_boot             boot           mongo         "msg":"MongoDB starting"
mongo_loopback         initialising   mongo         Options set by command line.*"bindIp":"127\.0\.0\.1"
mongo_ready            ready_maybe    mongo         (?:"msg":"Waiting for connections"|waiting for connections on port)
mongo_init_done        init_done      mongo         MongoDB init process complete; ready for start up
mongo_stopping         stopping       mongo
    (?:"msg":"Shutting down"|"msg":"mongod shutdown complete"|DBException in initAndListen, terminating)
redis_boot             boot           redis         oO0OoO0OoO0Oo (?:Redis|Valkey) is starting
redis_ready            ready          redis         (?:Ready to accept connections|now ready to accept connections)
redis_stopping         stopping       redis         (?:User requested shutdown|Received SIGTERM scheduling shutdown)
redis_down             down           redis         is now ready to exit
rabbit_boot            boot           rabbitmq      Starting RabbitMQ
rabbit_ready           ready          rabbitmq      (?:started TCP listener on|Server startup complete)
rabbit_stopping        stopping       rabbitmq      (?:RabbitMQ is asked to stop|Stopping RabbitMQ)
kafka_ready            ready          kafka
    (?:\[KafkaServer id=\d+\] started|\[KafkaRaftServer nodeId=\d+\] Kafka Server started)
kafka_stopping         stopping       kafka         \[Kafka(?:Raft)?Server (?:id|nodeId)=\d+\] shutting down
kafka_down             down           kafka         \[Kafka(?:Raft)?Server (?:id|nodeId)=\d+\] shut down completed
zookeeper_ready        ready          zookeeper     binding to port \S*2181
elastic_boot           boot           elasticsearch "message": ?"starting \.\.\.|o\.e\.n\.Node .*starting \.\.\.
elastic_ready          ready          elasticsearch
    (?:"message": ?"started[ "{].*node\.Node|o\.e\.n\.Node .*\] started|Cluster health status changed from)
elastic_stopping       stopping       elasticsearch (?:"message": ?"stopping \.\.\.|o\.e\.n\.Node .*stopping \.\.\.)
nginx_boot             boot           nginx         Configuration complete; ready for start up
nginx_ready            ready          nginx         start worker process
nginx_stopping         stopping       nginx
    (?:signal \d+ \(SIG(?:TERM|QUIT|INT)\) received|gracefully shutting down)
mssql_ready            ready          mssql         SQL Server is now ready for client connections
eureka_ready           ready          eureka        Started Eureka Server
listening              ready          generic
    (?i)\b(?:now )?(?:listening|running|ready|started|serving|bound)\b(?: \w+){0,4}?(?: (?:on|at|in
    |to)):? (?:all addresses|port |https?://|\S+:\d{2,5}\b|:?\d{2,5}\b|0\.0\.0\.0|\[::\])
spring_started         ready          generic
    (?:Tomcat started on port|Netty started on port|Jetty started on|Started [A-Z]\w+ in [\d.]+ seconds)
uvicorn_ready          ready          generic
    (?:Application startup complete|Uvicorn running on|Starting development server at
    |Listening at: |Application started\. Press)
puma_ready             ready          generic       (?:\* Listening on |WEBrick::HTTPServer#start|Use Ctrl-C to stop)
php_fpm_ready          ready          php-fpm
    (?:ready to handle connections|configured -- resuming normal operations)
node_ready             ready          generic
    (?i)(?:nest application successfully started|ready in \d+ ?ms|compiled successfully|server (?:is )?(?:started
    |running|ready|up))
app_stopping           stopping       generic
    (?:Application shutdown complete|Shutdown completed?\.$|Graceful shutdown complete)
"""
)

SUCCESSES = table(
    r"""
pool_connected         success        java
    (?:HikariPool-\d+ - (?:Added connection|Start completed)|Opened connection|registration status: 204)
http_ok                success        any           " (?:200|201|204|301|302|304) (?:\d+|-)
announced              success        any
    (?i)\b(?:connected|connection (?:has been )?(?:established|successful|ok|acquired)|established connection
    |successfully (?:connected|initiali[sz]ed|registered)|(?:database|db|tables?|schema|cache|broker
    |queue)\b.{0,40}\b(?:initiali[sz]ed|is (?:up|ready|available)|ready|synced|connected|online)|(?:is
    |are) (?:now )?(?:up|available|ready)[!.]? ?(?:-|$|,)|connect(?:ion|ed)? succe\w+|recovered|back online
    |reconnected)
"""
)

NOT_READY = (
    r"(?i)(?:is the server running|\b(?:not|cannot|can't|fail\w*|errors?|refused|unable|waiting|when|before|already)\b)"
)
"""A sentence with one of these words does not announce that something listens."""

NOT_SUCCESS = (
    r"(?i)\b(?:not|never|un(?:able|available|expected)\w*|fail\w*|errors?|refused|waiting|retry\w*|retries|before|cannot|could|disconnected"
    r"|trying|attempt\w*|if|until|closing|lost)\b"
)
