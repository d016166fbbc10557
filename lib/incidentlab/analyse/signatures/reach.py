r"""Clients that do not reach a server: refused, unknown name, time-out, no route, cut off, no socket.

Sources: libuv and Node `net`/`dns` error properties; libpq `fe-connect.c` (before and since 14); pgjdbc
`ConnectionFactoryImpl`; psycopg, asyncpg, PyMySQL, redis-py, pymongo, urllib3, aiohttp, kombu exception texts; MySQL
`errmsg` 2002, 2003, 2005; PHP PDO; JDK `java.net`, Netty, Lettuce, Apache HttpClient, Kafka `NetworkClient`; Go `net`
(`OpError`, `DNSError`) and pgx; Ruby sockets, pg and redis-rb; .NET `SocketException`, Npgsql, StackExchange.Redis;
Rust `std::io::Error` and sqlx; Prisma error reference P1001, P1002, P1017; curl `libcurl-errors`; busybox and GNU
wget, nc; nginx `ngx_http_upstream.c`, `ngx_http_upstream_round_robin.c`; HAProxy and Apache httpd manuals. What each
says about the target was observed with two containers on one network: a refusal proves that the container was up and
that nobody listened on the port; an unknown name proves that no running container bore it on that network.
"""

from __future__ import annotations

from incidentlab.analyse.signatures.row import table

SIGNATURES = table(
    r"""
libpq_socket           no_socket      libpq
    connection to server on socket "(?P<subject>[^"]+)" failed: (?:No such file|Connection refused)
libpq_socket_old       no_socket      libpq         could not connect to server: No such file or directory
mysql_socket           no_socket      mysql
    connect to local (?:MySQL |MariaDB )?server through socket '(?P<subject>[^']+)'
pdo_socket             no_socket      php           SQLSTATE\[HY000\] \[2002\] No such file or directory
node_socket            no_socket      node          connect (?P<code>ENOENT) (?P<subject>/\S+)
go_socket              no_socket      go
    dial unix (?P<subject>\S+): connect: (?:no such file|connection refused)
nginx_socket           no_socket      nginx         connect\(\) to unix:(?P<subject>\S+) failed \((?P<errno>2|111):
postgres_starting      starting_up    postgres
    the database system is (?:starting up|not yet accepting connections|in recovery mode|shutting down)
redis_loading          starting_up    redis         LOADING Redis is loading the dataset in memory
libpq_rejecting        starting_up    postgres      ^{HOST}:{PORT} - rejecting connections
elastic_not_ready      starting_up    elasticsearch
    (?P<code>no_shard_available_action_exception|master_not_discovered_exception|ClusterBlockException
    |all shards failed)
kafka_not_ready        starting_up    kafka
    (?P<code>LEADER_NOT_AVAILABLE|LeaderNotAvailableException|COORDINATOR_NOT_AVAILABLE
    |(?i:coordinator is not available))
node_dns               dns            node          (?P<syscall>getaddrinfo) (?P<code>ENOTFOUND|EAI_AGAIN) {HOST}
libpq_dns              dns            libpq         could not translate host name "{HOST}" to address
psycopg_dns            dns            python        failed to resolve host '{HOST}'
urllib3_dns            dns            python
    HTTPS?ConnectionPool\(host='{HOST}', port={PORT}\).*(?:NameResolutionError|Name or service not known
    |name resolution)
urllib3_resolve        dns            python        Failed to resolve '{HOST}'
redis_py_dns           dns            python        Error (?P<errno>-[235]) connecting to {HOST}:{PORT}
aiohttp_dns            dns            python
    Cannot connect to host {HOST}:{PORT} .*(?:Name|name|nodename|domain)
pymongo_dns            dns            python        {HOST}:{PORT}: \[Errno (?P<errno>-[235])\]
mysql_dns              dns            mysql
    Can't connect to (?:local )?(?:MySQL |MariaDB )?server on '{HOST}(?::{PORT})?' \(+(?:\[Errno )?(?P<errno>-[235])
mysql_unknown_host     dns            mysql         Unknown (?:MySQL |MariaDB )?server host '{HOST}'
php_dns                dns            php           getaddrinfo (?:for {HOST} )?failed:
java_unknown_host      dns            java          UnknownHostException: (?:Failed to resolve '?)?{HOST}
kafka_dns              dns            kafka
    (?:Couldn't resolve server {HOST}:{PORT}|No resolvable bootstrap urls)
go_dns                 dns            go
    lookup \\*"?{HOST}(?: on \S+)?: (?:no such host|server misbehaving|Temporary failure|.*i/o timeout|.*refused)
kombu_dns              dns            python
    Cannot connect to \w+://(?:[^@\s]*@)?{HOST}:{PORT}.*(?:Errno -[235]|failed to resolve)
dotnet_no_host         dns            dotnet        No such host is known\.(?: \({HOST}:{PORT}\))?
dotnet_dns             dns            dotnet
    (?:Name or service not known|Resource temporarily unavailable) \({HOST}:{PORT}\)
ruby_dns               dns            ruby
    getaddrinfo(?:\(3\))?: (?:Name or service|Temporary failure|Name does not resolve|nodename)
rust_dns               dns            rust          failed to lookup address information
curl_dns               dns            curl          Could not resolve host: {HOST}
wget_dns               dns            wget          (?:bad address|unable to resolve host address) ['‘]{HOST}
nginx_upstream_dns     dns            nginx         host not found in upstream "{HOST}(?::{PORT})?
nginx_resolver         dns            nginx         {HOST} could not be resolved \(\d+:
haproxy_dns            dns            haproxy       could not resolve address '{HOST}
apache_dns             dns            apache        DNS lookup failure for: {HOST}
maven_dns              dns            java
    (?:Could not transfer .*: |Unknown host ){HOST}(?:: Name or service not known|: Temporary failure| Name or service)
ssh_style_dns          dns            libc          Could not resolve hostname {HOST}
libc_dns               dns            libc
    (?:Name or service not known|Temporary failure in name resolution|ENOTFOUND|EAI_AGAIN
    |nodename nor servname provided|Name does not resolve|Temporary failure resolving '(?P<host>[^']+)'
    |No address associated with hostname)
node_refused           refused        node          (?P<syscall>connect) (?P<code>ECONNREFUSED) {IP}:{PORT}
node_refused_host      refused        node          (?P<syscall>connect) (?P<code>ECONNREFUSED) {HOST}:{PORT}
node_refused_json      refused        node
    "code":\s?"(?P<code>ECONNREFUSED)".*"address":\s?"{IP}",\s?"port":\s?{PORT}
node_aggregate         refused        node          AggregateError \[(?P<code>ECONNREFUSED)\]
libpq_refused          refused        libpq
    connection to server at "{HOST}"(?: \({IP}\))?, port {PORT} failed: (?:Connection refused|Cannot assign)
libpq_refused_old      refused        libpq
    could not connect to server: (?:Connection +refused|Cannot assign requested)
libpq_no_response      refused        libpq         ^{HOST}:{PORT} - no response
asyncio_refused        refused        python        Connect call failed \('{IP}', {PORT}
redis_py_refused       refused        python        Error (?P<errno>111|99) connecting to {HOST}:{PORT}
urllib3_refused        refused        python
    HTTPS?ConnectionPool\(host='{HOST}', port={PORT}\).*(?:Connection refused|NewConnectionError)
pymongo_refused        refused        python        {HOST}:{PORT}: \[Errno (?P<errno>111)\]
kombu_refused          refused        python
    Cannot connect to \w+://(?:[^@\s]*@)?{HOST}:{PORT}.*(?:refused|Errno 111)
aiohttp_refused        refused        python        Cannot connect to host {HOST}:{PORT}
mysql_refused          refused        mysql
    Can't connect to (?:local )?(?:MySQL |MariaDB )?server on '{HOST}(?::{PORT})?' \(+(?:\[Errno )?(?P<errno>111|115
    |61|99|10061)
mysql_client_refused   refused        mysql
    Can't connect to (?:local )?(?:MySQL |MariaDB )?server on '{HOST}(?::{PORT})?'.*(?:refused|\(2003\))
pdo_refused            refused        php           SQLSTATE\[HY000\] \[2002\] Connection refused
predis_refused         refused        php           Connection refused \[tcp://{HOST}:{PORT}\]
pgjdbc_refused         refused        java          Connection to {HOST}:{PORT} refused\. Check that
netty_refused          refused        java          Connection refused:(?: no further information:)? {HOST}/{IP}:{PORT}
httpclient_refused     refused        java
    Connect to (?:\w+://)?{HOST}(?::{PORT})? \[[^\]/]*(?:/{IP})?[^\]]*\] failed: Connection refused
lettuce_connect        refused        java          Unable to connect to \[?{HOST}(?:/<unresolved>|/{IP})?\]?:{PORT}
kafka_node             refused        kafka
    Connection to node -?\d+ \({HOST}/{IP}:{PORT}\) could not be established
kafka_bootstrap        refused        kafka         Bootstrap broker {HOST}:{PORT} .*disconnected
librdkafka_refused     refused        kafka
    {HOST}:{PORT}/\S+: Connect to ipv[46]#\S+ failed: Connection refused
zookeeper_client       refused        kafka
    Session 0x0 for server {HOST}/{IP}:{PORT}, .*(?:refused|closing socket)
go_refused             refused        go
    dial tcp(?: \S+->)? ?(?:\[)?{IP}\]?:{PORT}: (?:connect: )?connection refused
go_refused_host        refused        go            dial tcp {HOST}:{PORT}: (?:connect: )?connection refused
ruby_refused           refused        ruby          Connection refused - connect\(2\) for "?{HOST}"?(?: port |:){PORT}
redis_rb_refused       refused        ruby
    (?:Error connecting|Unable to connect) to Redis on {HOST}:{PORT}
npgsql_refused         refused        dotnet        Failed to connect to {IP}:{PORT}
dotnet_refused_host    refused        dotnet        Connection refused \({HOST}:{PORT}\)
dotnet_refused         refused        dotnet        SocketException \((?P<errno>111)\)
rust_refused           refused        rust          Connection refused \(os error (?P<errno>111)\)
curl_refused           refused        curl          Failed to connect to {HOST} port {PORT}
wget_refused           refused        wget          can't connect to remote host(?: \({IP}\))?: Connection refused
nc_refused             refused        nc
    nc: connect to {HOST} (?:\([^)]*\) )?port {PORT} \(tcp\) failed: Connection refused
nginx_refused          refused        nginx
    connect\(\) failed \((?P<errno>111): Connection refused\).*upstream: "\w+://\[?{HOST}\]?:{PORT}
nginx_no_live          unavailable    nginx         no live upstreams while connecting to upstream
nginx_closed           unavailable    nginx         upstream prematurely closed connection
haproxy_down           unavailable    haproxy
    (?:Server (?P<subject>\S+) is DOWN, reason|(?:backend|proxy) '?(?P<host>[\w-]+)'? has no server available)
apache_refused         refused        apache        attempt to connect to {IP}:{PORT} \((?P<host>[^)]+)\) failed
mongo_refused          refused        mongo
    (?:Error connecting to|couldn't connect to server) {HOST}:{PORT}.*Connection refused
not_assignable         refused        any
    (?i)(?:connect\w*|dial tcp)\b.*(?P<code>cannot assign requested address|EADDRNOTAVAIL)
refused                refused        any           (?i)(?P<code>connection refused|ECONNREFUSED|actively refused)
prisma_reach           connect        node          Can't reach database server at `?{HOST}`?:`?{PORT}
mysql_link             connect        java          Communications link failure
mssql_connect          connect        dotnet        network-related or instance-specific error
stack_redis            connect        dotnet
    (?:not possible to connect to the redis server|UnableToConnect on {HOST}:{PORT})
rabbit_endpoints       connect        dotnet        None of the specified endpoints were reachable
pika                   connect        python        (?P<code>AMQPConnectionError)
python_connect         connect        python
    All connection attempts failed|(?P<code>NoBrokersAvailable)|No servers found yet
mongo_selection        connect        mongo
    (?:Server selection timed out|buffering timed out after|ServerSelection(?:Timeout)?Error|No suitable servers found
    |MongoNetworkError)
kafkajs_seed           connect        kafka         Failed to connect to seed broker
eureka_registry        connect        java          Cannot execute request on any known server
hibernate_dialect      connect        java
    (?:Unable to determine Dialect without JDBC metadata|Access to DialectResolutionInfo cannot be null)
knex_pool              connect        node          Knex: Timeout acquiring a connection
sqlx_pool              connect        rust
    pool timed out while waiting for an open connection|(?P<code>PoolTimedOut)
wait_timeout           wait_timeout   shell
    (?i)(?:timeout occurred after waiting \d+ seconds? for {HOST}:{PORT}|Timeout after \S+ waiting on dependencies
    |operation timed out waiting)
node_timeout           timeout        node          connect (?P<code>ETIMEDOUT) {IP}:{PORT}
libpq_timeout          timeout        libpq
    connection to server at "{HOST}"(?: \({IP}\))?, port {PORT} failed: (?:Connection timed out|timeout expired)
go_timeout             timeout        go            dial tcp {IP}:{PORT}: i/o timeout
redis_py_timeout       timeout        python
    Error (?P<errno>110) connecting to {HOST}:{PORT}|Timeout connecting to server
urllib3_timeout        timeout        python
    HTTPS?ConnectionPool\(host='{HOST}', port={PORT}\).*(?:timed out|Timeout)
mysql_timeout          timeout        mysql
    Can't connect to (?:local )?(?:MySQL |MariaDB )?server on '{HOST}(?::{PORT})?' \(+(?:\[Errno )?(?P<errno>110)
    |Can't connect to (?:local )?(?:MySQL|MariaDB )?server on '(?P<subject>[A-Za-z0-9_][\w.-]*)(?::(?P<code>\d{1,5}))?
    '.*timed out
kombu_timeout          timeout        python
    Cannot connect to \w+://(?:[^@\s]*@)?{HOST}:{PORT}.*(?:timed out|Errno 110)
nc_timeout             timeout        nc
    nc: connect to {HOST} (?:\([^)]*\) )?port {PORT} \(tcp\) failed: Connection timed out
nginx_timeout          timeout        nginx
    upstream timed out \((?P<errno>110).*upstream: "\w+://\[?{HOST}\]?:{PORT}
nginx_timeout_bare     timeout        nginx         upstream timed out \((?P<errno>110)
curl_timeout           timeout        curl          curl: \(28\)
registry_timeout       timeout        engine
    (?:net/http: request canceled|Client\.Timeout exceeded|context deadline exceeded|TLS handshake timeout)
gunicorn_timeout       timeout        python        \[CRITICAL\] WORKER TIMEOUT \(pid:(?P<subject>\d+)\)
node_undici_timeout    timeout        node          (?P<code>UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT)
timeout                timeout        any
    (?i)(?P<code>connection timed out|ETIMEDOUT|ESOCKETTIMEDOUT|i/o timeout|read timed out|timeout expired
    |connect timed out|connection timeout|SocketTimeoutException|request timed out|operation timed out
    |ConnectTimeout(?:Error)?\b|ReadTimeout(?:Error)?\b)
node_unreachable       unreachable    node          connect (?P<code>EHOSTUNREACH|ENETUNREACH) {IP}:{PORT}
libpq_unreachable      unreachable    libpq
    connection to server at "{HOST}"(?: \({IP}\))?, port {PORT} failed: (?:No route to host|Network is unreachable)
go_unreachable         unreachable    go
    dial tcp {IP}:{PORT}: connect: (?:no route to host|network is unreachable)
unreachable            unreachable    any
    (?i)(?P<code>no route to host|EHOSTUNREACH|ENETUNREACH|network is unreachable|host is unreachable)
libpq_closed           reset          libpq         server closed the connection unexpectedly
postgres_terminated    reset          postgres
    (?:(?P<code>57P01)|terminating connection due to administrator command)
postgres_crash_reset   reset          postgres      terminating connection because of crash of another server process
prisma_closed          reset          node          Server has closed the connection
mysql_gone             reset          mysql
    (?:server has gone away|Lost connection to (?:MySQL|MariaDB|server|backend))
redis_closed           reset          redis
    (?:Socket closed unexpectedly|Connection closed by server|SocketClosedUnexpectedlyError)
node_pg_closed         reset          node          Connection terminated (?:unexpectedly|due to connection timeout)
amqp_closed            reset          rabbitmq      (?P<code>CONNECTION_FORCED)|IllegalOperationError: Channel closed
reset                  reset          any
    (?i)(?P<code>connection reset by peer|connection reset|ECONNRESET|broken pipe|\bEPIPE\b|socket hang up
    |RemoteDisconnected|connection aborted)
connect_text           connect        any
    (?i)\b(?:cannot|can't|can not|could not|couldn't|unable to|failed to) (?:(?:re)?connect to\b(?: {HOST}:{PORT})?
    |reach (?:the )?(?:database|db|redis|mongo(?:db)?|mysql|postgres(?:ql)?|rabbitmq|kafka|broker)\b)
    |\b(?:database|db|redis|mongo(?:db)?|mysql|postgres(?:ql)?|rabbitmq|kafka|broker) connection (?:failed|error)\b
"""
)
