#!/usr/bin/env bash
# Create the databases and their logins. PostgreSQL's image runs this once, when it initialises the server. No login is
# a superuser or can connect to the other database.
#
#   airflow          owns the database airflow
#   warehouse        reads and writes rows of the warehouse: the pipeline and the pages
#   warehouse_owner  owns the warehouse: migrations
set -euo pipefail

server=(psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres)
"${server[@]}" --file "${ROLES_FILE:-/etc/wearables/roles.sql}"
"${server[@]}" --set airflow="$AIRFLOW_DB_PASSWORD" --set warehouse="$WAREHOUSE_DB_PASSWORD" \
  --set owner="$WAREHOUSE_OWNER_DB_PASSWORD" <<'SQL'
create role airflow login password :'airflow';
create role warehouse login password :'warehouse' in role wearables_loader;
create role warehouse_owner login password :'owner' in role wearables_owner;
create database airflow owner airflow;
create database warehouse owner wearables_owner;
revoke connect, temporary on database airflow from public;
revoke connect, temporary on database warehouse from public;
grant connect, temporary on database warehouse to wearables_loader;
SQL
