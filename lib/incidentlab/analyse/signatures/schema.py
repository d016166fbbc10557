r"""Data and its shape: failed migrations, tables or columns that are missing, data of another version.

Sources: Flyway, Liquibase, Alembic `alembic.util.exc`, Django `django.db.migrations`, Rails `ActiveRecord::Migration`,
Prisma P2021, P2022, P3005 to P3018, Knex and Umzug, TypeORM `MigrationExecutor`, golang-migrate (dirty version), EF
Core, Laravel; PostgreSQL SQLSTATE class 42, `postmaster.c`, `pg_control` checks, docker-library `docker-entrypoint.sh`
(psql runs with ON_ERROR_STOP, so an error in an init script ends the container; since 18 an old mount is refused);
MySQL 1051, 1054, 1146 and the data dictionary's upgrade rules; MongoDB `featureCompatibilityVersion`; Lucene index
formats; Redis `rdb.c`; Kafka `InconsistentClusterIdException`; RabbitMQ feature flags.
"""

from __future__ import annotations

from incidentlab.analyse.signatures.row import table

SIGNATURES = table(
    r"""
# -- data of another version, or broken
pg_data_version        incompatible   postgres      database files are incompatible with server
pg_data_version_detail incompatible   postgres
    data directory was initialized by PostgreSQL version (?P<subject>[\d.]+), which is not compatible
pg_18_mount            incompatible   postgres
    (?:in 18\+, these Docker images are configured to store|there appears to be PostgreSQL data in)
pg_not_empty           incompatible   postgres      initdb: error: directory {QUOTED} exists but is not empty
pg_checkpoint          corrupt        postgres
    (?:invalid primary checkpoint record|could not locate a valid checkpoint record|invalid checkpoint record)
pg_version_file        corrupt        postgres
    (?:{QUOTED} is not a valid data directory|does not contain valid "?PG_VERSION|is not a database cluster directory)
pg_invalid_page        corrupt        postgres      invalid page in block
mysql_not_empty        incompatible   mysql         --initialize specified but the data directory has files in it
mysql_upgrade          incompatible   mysql
    (?:Cannot (?:upgrade|downgrade|boot server)|Invalid MySQL server (?:upgrade|downgrade)
    |Upgrade (?:after a crash )?is not supported|[Uu]nsupported redo log format|Data Dictionary initialization failed
    |[Dd]owngrade is not supported|server version \d+ is lower than|Failed to initialize DD Storage Engine
    |created with (?:a newer|MariaDB))
mysql_corrupt          corrupt        mysql
    (?:InnoDB: Database page corruption|InnoDB: Corrupt(?:ed|ion)|is marked as crashed
    |Table flags are .* in the data dictionary|log sequence number \d+ is in the future|missing MLOG_CHECKPOINT)
mongo_fcv              incompatible   mongo
    (?:UPGRADE PROBLEM|[Ii]nvalid (?:value for )?featureCompatibilityVersion|Wrong mongod version
    |too recent to start up on the existing data files|requires? (?:the )?featureCompatibilityVersion
    |IncompatibleServerVersion|unsupported WiredTiger file version)
mongo_corrupt          corrupt        mongo         (?:WT_TRY_SALVAGE|WiredTiger.*corrupt|WT_PANIC)
elastic_version        incompatible   elasticsearch
    (?:cannot (?:upgrade|downgrade) a node from version|[Ii]ndex .* created (?:with|in) version .* (?:not supported
    |minimum)|(?P<code>IndexFormatToo(?:New|Old)Exception)|cannot read (?:its )?index metadata
    |The index \[.*\] .* current minimum version)
elastic_corrupt        corrupt        elasticsearch (?P<code>CorruptIndexException|TranslogCorruptedException)
redis_rdb              incompatible   redis         Can't handle RDB format version (?P<subject>\d+)
redis_corrupt          corrupt        redis
    (?:Bad file format reading the append only file|Wrong signature trying to load DB|Short read or OOM loading DB
    |Unexpected end of file reading the append only file)
kafka_cluster_id       incompatible   kafka
    (?P<code>InconsistentClusterIdException)|doesn't match stored clusterId
kafka_node_exists      stale          kafka         KeeperErrorCode = NodeExists
pid_file               stale          any
    (?:[Aa] server is already running.*\.pid|lock file "[^"]*postmaster\.pid" already exists
    |pid ?file found,? but .*running|Old process pid file)
rabbit_flags           incompatible   rabbitmq
    (?P<code>incompatible_feature_flags|schema_integrity_check_failed|inconsistent_cluster
    |failed_to_initialize_feature_flags)|(?:required feature flags? (?:not enabled|are disabled)
    |feature flags are required but disabled)
minio_format           incompatible   minio
    (?:Unable to use the drive .* unformatted|Unknown xl (?:header|meta)|Unsupported backend format
    |unknown xl meta version)
neo4j_store            incompatible   neo4j
    (?:store version .* not (?:supported|compatible)|Unable to read store with)
schema_newer           incompatible   any
    (?i)(?:database schema (?:version )?is (?:newer|more recent)|created by a newer version|database is from a newer)

# -- migration tools
psql_init              init_script    postgres
    psql:(?P<subject>/docker-entrypoint-initdb\.d/[^:]+):\d+: (?:ERROR|FATAL)
mysql_script           init_script    mysql         ^ERROR (?P<code>\d{4}) \((?P<errno>\w{5})\) at line \d+
init_extension         init_script    postgres      extension {QUOTED} is not available
flyway                 migration      java
    (?P<code>FlywayException|FlywayValidateException|FlywayMigrateException|FlywaySqlScriptException
    |FlywaySqlException)
flyway_text            migration      java
    (?:Migration (?:of schema .* to version .* )?failed|Migration checksum mismatch
    |Detected failed migration to version|Found non-empty schema\(s\) .* (?:but no|without) schema history
    |Migrations have failed validation)
liquibase              migration      java
    (?:Migration failed for changeset|Could not acquire change log lock|(?P<code>liquibase\.exception\.\w+)
    |Validation Failed:.*change set)
alembic                migration      python
    (?:Can't locate revision identified by {QUOTED}|Multiple head revisions are present
    |Target database is not up to date|alembic\.util\.(?:exc\.)?CommandError)
django_migration       migration      python
    (?P<code>InconsistentMigrationHistory|NodeNotFoundError|CircularDependencyError
    |django\.db\.migrations\.exceptions\.\w+)|Conflicting migrations detected
prisma_migrate         migration      node
    (?:(?P<code>\bP30(?:05|06|09|15|18|19)\b)|[Mm]igrate found failed migrations|A migration failed to apply
    |migration .* failed to apply)
rails_migration        migration      ruby
    (?:(?P<code>ActiveRecord::(?:PendingMigrationError|ConcurrentMigrationError|DuplicateMigration\w+
    |IrreversibleMigration))|An error has occurred, (?:this and )?all later migrations canceled|Migrations are pending)
knex_migration         migration      node
    (?:migration file {QUOTED} failed|migration directory is corrupt|Migration table is already locked
    |(?P<code>MigrationLocked))
typeorm_migration      migration      node
    (?:Migration {QUOTED} failed|Error during migration run|Error during migrations?)
umzug_migration        migration      node          Migration \S+ \((?:up|down)\) failed|(?P<code>MigrationError)
golang_migrate         migration      go
    (?:Dirty database version (?P<subject>\d+)|no migration found for version (?P<code>\d+)
    |migration failed(?: in line \d+)?:)
goose_migration        migration      go            goose(?: run)?: (?:ERROR|failed|error)
ef_migration           migration      dotnet
    (?:PendingModelChangesWarning|Failed executing DbCommand)
migrating              migration      dotnet        An error occurred while (?:migrating|applying migrations)
sqlx_migration         migration      rust
    (?:migration \d+ was previously applied but|(?P<code>VersionMissing|VersionMismatch|MigrateError)
    |while executing migration)
laravel_migration      migration      php           (?:Migration table not found|Nothing to rollback\?)
ecto_migration         migration      elixir        could not be migrated|migrations? .* are down
migration_text         migration      any
    (?i)\b(?:error|failed|failure|fatal|could not|unable to)\b[^.]{0,40}\b(?:migrat(?:e|ing|ions?)|schema upgrade)\b
migration_text_after   migration      any
    (?i)\bmigrations? (?:\S+ ){0,3}(?:failed|aborted|error(?:ed)?\b|crashed)

concurrent_ddl         migration      postgres
    duplicate key value violates unique constraint \\?"(?P<subject>pg_\w+_index)

# -- the code asks for what the database does not have
pg_undefined           schema         postgres
    (?:(?:relation|column|type|schema|function|sequence|index|constraint
    |view) (?P<subject>["\w.]+(?:\([^)]*\))?) (?:of relation "\w+" )?does not exist)
pg_operator_class      schema         postgres      operator class {QUOTED} does not exist
pg_undefined_class     schema         python        (?P<code>Undefined(?:Table|Column|Object|Function)(?:Error)?)\b
pg_sqlstate            schema         any
    (?P<code>\b42P01\b|\b42S02\b|\b42S22\b|ER_NO_SUCH_TABLE|ER_BAD_FIELD_ERROR)
pg_sqlstate_number     schema         any           (?i:code|state)\W{1,6}(?P<code>42703)\b
mysql_no_table         schema         mysql         Table {QUOTED} doesn't exist
mysql_no_column        schema         mysql         Unknown column {QUOTED} in
prisma_no_table        schema         node
    The (?:table|column) {QUOTED} does not exist in the current database
sqlite_no_table        schema         sqlite        no such (?:table|column): (?P<subject>[\w.]+)
hibernate_validate     schema         java
    Schema-validation: missing (?:table|column|sequence) \[(?P<subject>[^\]]+)
mssql_no_table         schema         mssql         Invalid (?:object|column) name '(?P<subject>[^']+)'
"""
)

STATEMENTS = table(
    r"""
# -- wrappers, which say less than what they wrap
rails_no_database_class missing_database ruby         (?P<code>ActiveRecord::NoDatabaseError)
acme                   tls            any           (?i:unable to obtain ACME certificate|acme: error)
exists_already         sql            any
    (?i)(?:relation|table|column|type|index|constraint|database) {QUOTED}(?: of relation \S+)? already exists
duplicate_key          sql            postgres      duplicate key value violates unique constraint {QUOTED}
duplicate_entry        sql            mysql         Duplicate (?:entry|column name|key name) '(?P<subject>[^']+)'
mysql_syntax           sql            mysql
    (?:You have an error in your SQL syntax|ERROR (?P<code>\d{4}) \(\w{5}\))
pg_error               sql            postgres      (?:^|[\]:] |UTC )ERROR: {2}(?P<subject>\S.*)
sql_exception          sql            any
    (?P<code>\b(?:PSQLException|SQLSyntaxErrorException|QueryFailedError|SequelizeDatabaseError|PG::\w+
    |ProgrammingError|DataError|IntegrityError|NotNullViolation|Postgrex\.Error|PostgresException))\b
"""
)
