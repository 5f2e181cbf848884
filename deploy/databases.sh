#!/usr/bin/env bash
# Runs once, when the server's data are made: a database and a role each for Airflow and the warehouse. Neither role
# reaches the other's database, and neither is a superuser.
set -euo pipefail

# The role of the warehouse may make the groups of readers that its migrations describe.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
  --set airflow="$AIRFLOW_DB_PASSWORD" --set warehouse="$WAREHOUSE_DB_PASSWORD" <<'SQL'
create role airflow login password :'airflow';
create role warehouse login createrole password :'warehouse';
create database airflow owner airflow;
create database warehouse owner warehouse;
revoke connect, temporary on database airflow from public;
revoke connect, temporary on database warehouse from public;
SQL
