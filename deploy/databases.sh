#!/usr/bin/env bash
# Create a database and a role for Airflow, and another pair for the warehouse. PostgreSQL's image runs this once, when it
# initialises the server. Neither role is a superuser, and neither can connect to the other database.
set -euo pipefail

# The warehouse's role may create roles, because its migrations create groups of readers.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
  --set airflow="$AIRFLOW_DB_PASSWORD" --set warehouse="$WAREHOUSE_DB_PASSWORD" <<'SQL'
create role airflow login password :'airflow';
create role warehouse login createrole password :'warehouse';
create database airflow owner airflow;
create database warehouse owner warehouse;
revoke connect, temporary on database airflow from public;
revoke connect, temporary on database warehouse from public;
SQL
