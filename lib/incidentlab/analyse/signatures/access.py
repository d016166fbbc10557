r"""Servers that answer, and say no: wrong login, no such database, TLS that does not agree.

An answer proves that the server was up and reachable: such a line refutes a race.

Sources: PostgreSQL `auth.c`, `postinit.c`, SQLSTATE appendix (28P01, 28000, 3D000), libpq `fe-secure-openssl.c`; MySQL
server error reference (1044, 1045, 1049, 1130, 2059, 2061); MongoDB error codes (13, 18); Redis `acl.c` (NOAUTH,
WRONGPASS); RabbitMQ `rabbit_reader`; SQL Server 18456, 4060; Elasticsearch security exceptions; Kafka
`SaslAuthenticationException`; Prisma P1000, P1003, P1010, P1011; Rails `NoDatabaseError`; OpenSSL `ERR_reason`, Node
`tls` codes, JDK `SSLHandshakeException`, Go `crypto/x509` and `net/http`, nginx `ngx_event_openssl.c`; S3 error codes.
"""

from __future__ import annotations

from incidentlab.analyse.signatures.row import table

SIGNATURES = table(
    r"""
# -- TLS first: several of its lines speak of authentication too
pg_hba_tls             tls            postgres      no pg_hba\.conf entry for .*(?:SSL off|no encryption)
pg_no_ssl              tls            libpq         (?i:server does not support SSL)
pg_ssl_required        tls            postgres
    (?:SSL is not enabled on the server|connection requires a valid client certificate)
pg_key_access          tls            postgres
    private key file {QUOTED} (?:has group or world access|must be owned)
pg_cert_file           tls            postgres
    could not load (?:server certificate|private key|root certificate) file {QUOTED}
elastic_plain          tls            elasticsearch
    received plaintext (?:http )?traffic on an (?:https|encrypted) channel
elastic_cert           tls            elasticsearch client did not trust this server's certificate
go_http_on_https       tls            go
    (?:server gave HTTP response to HTTPS client|[Cc]lient sent an HTTP request to an HTTPS server)
nginx_plain            tls            nginx         plain HTTP request was sent to HTTPS port
nginx_cert             tls            nginx         cannot load certificate(?: key)? {QUOTED}
openssl                tls            openssl
    (?i)(?P<code>wrong version number|certificate verify failed|CERTIFICATE_VERIFY_FAILED|tlsv1 alert \w+ ?\w*
    |sslv3 alert \w+ ?\w*|unknown ca\b|WRONG_VERSION_NUMBER|SSL routines:[\w:]*|dh key too small|ee key too small)
node_tls               tls            node
    (?P<code>DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_HAS_EXPIRED
    |UNABLE_TO_GET_ISSUER_CERT(?:_LOCALLY)?|ERR_TLS_CERT_ALTNAME_INVALID|ERR_SSL_\w+|\bEPROTO\b|ERR_OSSL_\w+)
cert_text              tls            any
    (?i)(?P<code>self[- ]signed certificate|certificate has expired|certificate is not yet valid
    |certificate signed by unknown authority|certificate is not trusted|unable to get local issuer certificate
    |unable to verify the first certificate|hostname .* doesn't match)
go_x509                tls            go            (?P<code>x509: [a-z ]+)
go_tls                 tls            go
    \btls: (?P<code>(?:failed|first record|bad|handshake|unknown|internal)[a-z ]*)
java_tls               tls            java
    (?P<code>SSLHandshakeException|PKIX path (?:building|validation) failed|Unsupported or unrecognized SSL message
    |SSLPeerUnverifiedException|Certificate(?:Expired)?Exception)
dotnet_tls             tls            dotnet
    (?P<code>The remote certificate (?:is invalid|was rejected)|RemoteCertificate\w+
    |The SSL connection could not be established|Unable to configure HTTPS endpoint)
mysql_tls              tls            mysql
    (?:SSL connection error|Public Key Retrieval is not allowed|TLS/SSL error)

# -- no such database
pg_no_database         missing_database postgres      (?:FATAL: +)?database {QUOTED} does not exist
mysql_no_database      missing_database mysql         Unknown database {QUOTED}
mssql_no_database      missing_database mssql         Cannot open database {QUOTED}
rails_no_database      missing_database ruby          could not find your database: (?P<subject>\w+)
prisma_no_database     missing_database node          Database {QUOTED} does not exist
sqlstate_no_database   missing_database any           (?P<code>\b3D000\b|ER_BAD_DB_ERROR)
clickhouse_no_database missing_database clickhouse    Database (?P<subject>\w+) (?:does not exist|doesn't exist)
influx_no_database     missing_database influxdb      database not found: {QUOTED}
sqlite_no_file         missing_database sqlite        unable to open database(?: file)?

# -- login refused
pg_role_root           probe_role     postgres      [Rr]ole "(?P<subject>root)" does not exist
pg_probe_password      auth           libpq         fe_sendauth: no password supplied
pg_password            auth           postgres
    (?:connection to server at "{HOST}"(?: \({IP}\))?, port {PORT} failed: )?(?:FATAL: +)?(?:password|Ident|ident|Peer
    |peer|SCRAM|LDAP|GSSAPI|PAM|RADIUS|certificate|cert) authentication failed for user \\?"(?P<subject>[^"\\]+)
pg_role_detail         auth           postgres      DETAIL: +Role "(?P<subject>[^"]+)" does not exist
pg_role                auth           postgres
    role "(?P<subject>[^"]+)" (?:does not exist|is not permitted to log in)
pg_hba                 auth           postgres      no pg_hba\.conf entry for host "?{IP}"?, user "(?P<subject>[^"]+)"
pg_scram_client        auth           node          client password must be a string
pg_scram               auth           libpq
    (?:SCRAM authentication is not supported|authentication method 10 not supported
    |authentication type 10 is not supported)
prisma_auth            auth           node          Authentication failed against database server(?: at `{HOST}`)?
mysql_denied_db        privilege      mysql         Access denied for user '(?P<subject>[^']*)'@'[^']*' to database
mysql_denied_inside    auth           mysql
    \[(?:Note|Warning)\](?: \[MY-\d+\] \[Server\])? Access denied for user '(?P<subject>[^']*)'@'(?:localhost
    |::1|127\.0\.0\.1)'
mysql_denied           auth           mysql         Access denied for user '(?P<subject>[^']*)'@'[^']*'
mysql_denied_bare      auth           mysql
    (?P<code>ER_ACCESS_DENIED_ERROR|ER_NOT_SUPPORTED_AUTH_MODE|ER_HOST_NOT_PRIVILEGED)
mysql_host             auth           mysql         Host '(?P<subject>[^']+)' is not allowed to connect
mysql_plugin           auth           mysql
    (?:Authentication plugin '(?P<subject>[^']+)' (?:cannot be loaded|is not supported|reported error)
    |does not support authentication protocol)
mongo_auth             auth           mongo
    (?:(?P<code>AuthenticationFailed|UserNotFound)|Authentication failed|SCRAM authentication failed
    |command \w+ requires authentication|not authorized on \w+ to execute)
redis_auth             auth           redis
    (?P<code>NOAUTH|WRONGPASS|invalid username-password pair|ERR invalid password
    |ERR AUTH .*without any password configured|ERR Client sent AUTH)
rabbit_auth            auth           rabbitmq
    (?:(?:PLAIN|AMQPLAIN) login refused: user '(?P<subject>[^']+)'|(?P<code>ACCESS_REFUSED)
    |user '(?:[^']+)' can only connect via localhost)
elastic_auth           auth           elasticsearch
    (?:unable to authenticate user \[(?P<subject>[^\]]+)\]|missing authentication credentials
    |failed to authenticate user)
kafka_auth             auth           kafka
    (?P<code>SaslAuthenticationException|SASL authentication (?:error|failed)|TopicAuthorizationException)
mssql_login            auth           mssql         Login failed for user {QUOTED}
oracle_login           auth           oracle        (?P<code>ORA-01017)
s3_auth                auth           s3
    (?P<code>SignatureDoesNotMatch|InvalidAccessKeyId)|The Access Key Id you provided does not exist
ldap_auth              auth           ldap          (?:Invalid credentials \(49\)|LDAP: error code 49)
registry_denied        registry_auth  engine
    (?:pull access denied for {NAME}|unauthorized: authentication required|requested access to the resource is denied)
api_key                auth           any
    (?i)(?:incorrect API key provided|invalid[_ ]api[_ ]key|invalid x-api-key|invalid bot token
    |API key (?:is )?not valid|TelegramUnauthorizedError|LoginFailure|Improper token has been passed|TokenInvalid
    |401 Client Error: Unauthorized|AuthenticationError: Error code: 401|bad credentials)
sqlstate_auth          auth           any           (?P<code>\b28P01\b|SQLState: 28000)
sqlstate_auth_number   auth           any           (?:^|[^\d.:])(?P<code>28000): [a-z]
auth_text              auth           any
    (?i)(?:authentication failed|invalid credentials|login failed|invalid username or password|authentication failure
    |too many authentication (?:errors|failures))

# -- known, but not allowed
pg_privilege           privilege      postgres
    (?:permission denied for (?:table|schema|relation|sequence|database|function|language) (?P<subject>[\w."]+)
    |must be (?:owner of|superuser)|permission denied to create (?:extension|database|role)[^;]*)
mysql_privilege        privilege      mysql         (?:\w+ command denied to user|Access denied; you need)
"""
)
