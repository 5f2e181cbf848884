#!/usr/bin/env bash
# At the first start, initialise the data with POSTGRES_PASSWORD and run the scripts in /docker-entrypoint-initdb.d. Then
# start the server.
set -euo pipefail

if [[ ! -s $PGDATA/PG_VERSION ]]; then
  initdb --encoding=UTF8 --username=postgres --pwfile=<(printf '%s' "$POSTGRES_PASSWORD") \
    --auth-local=trust --auth-host=scram-sha-256
  echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
  pg_ctl --wait --options="-c listen_addresses=''" start
  for script in /docker-entrypoint-initdb.d/*.sh; do
    if [[ -x $script ]]; then "$script"; else source "$script"; fi
  done
  pg_ctl --wait stop
fi
exec "$@"
