#!/usr/bin/env bash
# Connects the integration whoop_demo with the sandbox and enrols its athletes; safe to repeat.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

ask() {
  curl --fail --silent --show-error --noproxy '*' "$@"
}

bin/airflow connections delete whoop_demo >/dev/null 2>&1 || true
bin/airflow connections add whoop_demo --conn-type whoop --conn-host "$SANDBOX_URL" \
  --conn-login sandbox-client --conn-password sandbox-secret >/dev/null
for athlete in $(ask "$SANDBOX_URL/sandbox/athletes" | grep -oE '"user_id": ?[0-9]+' | grep -oE '[0-9]+'); do
  ask --request POST "$SANDBOX_URL/sandbox/athletes/$athlete/consent" \
    | sed -E 's/.*"refresh_token": ?"([^"]+)".*/\1/' \
    | bin/wearables enroll whoop_demo --refresh-token -
done
