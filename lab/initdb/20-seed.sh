# shellcheck shell=bash  # sourced by docker-entrypoint.sh
# Stands for the seed data or migrations that keep a first start busy: INIT_SECONDS is how long the race window stays open.
sql --command "INSERT INTO wallets VALUES ('ada', 10000), ('grace', 10000)"
sleep "${INIT_SECONDS:-0}"
