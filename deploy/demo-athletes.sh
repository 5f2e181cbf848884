#!/usr/bin/env bash
# Connect the integration whoop_demo to the sandbox and enrol the sandbox's athletes. Safe to repeat.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

request() {
  curl --fail --silent --show-error --noproxy '*' "$@"
}

bin/airflow connections delete whoop_demo >/dev/null 2>&1 || true
bin/airflow connections add whoop_demo --conn-type whoop --conn-host "$SANDBOX_URL" \
  --conn-login sandbox-client --conn-password sandbox-secret >/dev/null
for athlete in $(request "$SANDBOX_URL/sandbox/athletes" | grep -oE '"user_id": ?[0-9]+' | grep -oE '[0-9]+'); do
  request --request POST "$SANDBOX_URL/sandbox/athletes/$athlete/consent" \
    | sed -E 's/.*"refresh_token": ?"([^"]+)".*/\1/' \
    | bin/wearables enroll whoop_demo --refresh-token -
done
