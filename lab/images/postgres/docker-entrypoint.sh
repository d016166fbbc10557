#!/usr/bin/env bash
# Starts PostgreSQL as the official image does, and logs the same lines. On an empty data directory it first fills it
# through a temporary server that listens on the Unix socket only: for those seconds `pg_isready` says yes inside the
# container while every other container is refused.
#   POSTGRES_PASSWORD (required), POSTGRES_USER (postgres), POSTGRES_DB (the user's name)
#   /docker-entrypoint-initdb.d/*.sh, *.sql  run once, in order, against the temporary server
set -euo pipefail

user=${POSTGRES_USER:-postgres}
db=${POSTGRES_DB:-$user}

create_cluster() {
    initdb --username="$user" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD")
    printf '\nhost all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
}

sql() { psql --set ON_ERROR_STOP=1 --no-password --no-psqlrc --username "$user" --dbname "$db" "$@"; }

create_database() {
    [ "$db" = postgres ] ||
        psql --set ON_ERROR_STOP=1 --no-psqlrc --username "$user" --dbname postgres --command "CREATE DATABASE \"$db\""
}

run_init_files() {
    local file
    for file in /docker-entrypoint-initdb.d/*; do
        case $file in
            *.sh)
                echo "$0: running $file"
                # shellcheck source=/dev/null
                . "$file"
                ;;
            *.sql)
                echo "$0: running $file"
                sql --file "$file"
                ;;
        esac
        echo
    done
}

initialise() {
    [ -n "${POSTGRES_PASSWORD:-}" ] || {
        echo >&2 'Error: Database is uninitialized and superuser password is not specified.'
        exit 1
    }
    create_cluster
    pg_ctl start --wait --options "-c listen_addresses=''"
    create_database
    run_init_files
    pg_ctl stop --wait --mode fast
    printf '\nPostgreSQL init process complete; ready for start up.\n\n'
}

if [ "${1:-}" = postgres ] && [ "$(id -u)" = 0 ]; then
    chown -R postgres:postgres "$PGDATA"
    chmod 700 "$PGDATA"
    exec setpriv --reuid postgres --regid postgres --init-groups "$0" "$@"
fi
if [ "${1:-}" = postgres ]; then
    if [ -s "$PGDATA/PG_VERSION" ]; then
        printf '\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n'
    else
        initialise
    fi
fi
exec "$@"
