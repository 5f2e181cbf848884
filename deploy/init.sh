#!/usr/bin/env bash
# Run before the services start: reject weak secrets, write the UI's password file, migrate both databases.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

fail() {
  echo "$1" >&2
  exit 1
}

for name in AIRFLOW__CORE__FERNET_KEY AIRFLOW__API_AUTH__JWT_SECRET AIRFLOW__API__SECRET_KEY WEARABLES_GRANT_KEYS; do
  value=${!name-}
  different=$(fold -w1 <<<"$value" | sort -u | wc -l)
  ((${#value} >= 32 && different >= 8)) \
    || fail "$name is empty, short or a placeholder. Run deploy/new-env to create a .env with new keys."
done
((${#AIRFLOW_ADMIN_PASSWORD} >= 12)) || fail "AIRFLOW_ADMIN_PASSWORD is shorter than 12 characters."

umask 077
# Make files of an older version private, too.
for folder in "${WEARABLES_LANDING#file://}" .airflow/logs; do
  if [[ -d $folder && $(stat --format %a "$folder") != 700 ]]; then
    chmod --recursive go= "$folder"
  fi
done
printf '{"admin": "%s"}\n' "$AIRFLOW_ADMIN_PASSWORD" >"$AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"
bin/airflow db migrate
bin/wearables migrate
