#!/usr/bin/env bash
# Before anything starts: refuses weak secrets, writes the UI's password file, brings both databases up to date.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

refuse() {
  echo "$1" >&2
  exit 1
}

for name in AIRFLOW__CORE__FERNET_KEY AIRFLOW__API_AUTH__JWT_SECRET AIRFLOW__API__SECRET_KEY WEARABLES_GRANT_KEYS; do
  value=${!name-}
  different=$(fold -w1 <<<"$value" | sort -u | wc -l)
  ((${#value} >= 32 && different >= 8)) \
    || refuse "$name is empty, short or a placeholder: deploy/new-env makes a .env with keys of its own."
done
((${#AIRFLOW_ADMIN_PASSWORD} >= 12)) || refuse "AIRFLOW_ADMIN_PASSWORD is shorter than 12 characters."

(
  umask 077
  printf '{"admin": "%s"}\n' "$AIRFLOW_ADMIN_PASSWORD" >"$AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"
)
bin/airflow db migrate
bin/wearables migrate
