"""docker-compose.yaml, without an engine: it is valid, images are pinned, and everything it refers to exists."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml
from dotenv import dotenv_values
from jsonschema import Draft7Validator

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yaml").read_text()
COMPOSE = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
# A variable as Compose interpolates it: ${NAME}, ${NAME:-default} or ${NAME:?message}; $$ is a dollar sign.
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?::([-?])([^}]*))?\}")
# The schema of the Compose specification, from the Apache-licensed release of its repository.
SCHEMA = json.loads((Path(__file__).parent / "compose-spec.json").read_text())
AIRFLOW = {"init", "api-server", "scheduler", "dag-processor", "triggerer", "demo-athletes"}
OURS = [name for name, service in SERVICES.items() if service["image"].startswith("whoop-elt")]


def texts(value: Any) -> Iterator[str]:
    """Yield every string in a nested value."""
    if isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


def variables() -> dict[str, set[str]]:
    """Return each variable and the ways in which it is used."""
    found: dict[str, set[str]] = {}
    for text in texts(COMPOSE):
        for name, how, _ in VARIABLE.findall(text):
            found.setdefault(name, set()).add(how)
    return found


def words(service: dict[str, Any]) -> list[str]:
    return [*service.get("entrypoint", ["bin/airflow"]), *service["command"]]


def test_the_file_follows_the_compose_specification() -> None:
    problems = Draft7Validator(SCHEMA).iter_errors(COMPOSE)
    assert [f"{'.'.join(map(str, problem.path))}: {problem.message}" for problem in problems] == []


def test_the_env_example_explains_exactly_the_variables_in_use() -> None:
    assert dotenv_values(ROOT / ".env.example").keys() == variables().keys()
    lines = (ROOT / ".env.example").read_text().splitlines()
    for block in "\n".join(lines).split("\n\n"):
        assert block.startswith("#"), block


def test_every_secret_is_required_and_the_example_sets_none() -> None:
    example = dotenv_values(ROOT / ".env.example")
    secret = {name for name in example if re.search(r"(PASSWORD|SECRET|SECRET_KEY|FERNET_KEY|GRANT_KEYS)$", name)}
    assert {name for name, how in variables().items() if "?" in how} == secret
    assert all(variables()[name] == {"?"} for name in secret)
    assert {name: example[name] for name in secret} == dict.fromkeys(secret, "")


def test_the_defaults_equal_those_of_the_example() -> None:
    example = dotenv_values(ROOT / ".env.example")
    defaults = {name: default for text in texts(COMPOSE) for name, how, default in VARIABLE.findall(text) if how == "-"}
    assert defaults == {name: example[name] for name in defaults}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_pinned_limited_health_checked_and_not_root(name: str) -> None:
    service = SERVICES[name]
    assert re.search(r":\d+\.\d+", service["image"])
    assert service["user"] not in {"root", "0"}
    assert {"cpus", "memory"} <= service["deploy"]["resources"]["limits"].keys()
    if service["restart"] != "no":
        assert service["healthcheck"]["test"]
    assert ("ports" in service) == (name == "proxy")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_no_capabilities_and_gains_no_privileges(name: str) -> None:
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]
    assert not SERVICES[name].keys() & {"privileged", "cap_add", "devices", "pid", "ipc", "network_mode"}


def test_each_password_reaches_only_the_services_that_need_it() -> None:
    needed = {
        "POSTGRES_PASSWORD": {"postgres"},
        "WAREHOUSE_OWNER_DB_PASSWORD": {"postgres", "init"},
        "AIRFLOW_ADMIN_PASSWORD": {"init"},
        "AIRFLOW_DB_PASSWORD": AIRFLOW | {"postgres"},
        "AIRFLOW__CORE__FERNET_KEY": AIRFLOW,
        "AIRFLOW__API_AUTH__JWT_SECRET": AIRFLOW,
        "AIRFLOW__API__SECRET_KEY": AIRFLOW,
        "WAREHOUSE_DB_PASSWORD": AIRFLOW | {"postgres", "worker"},
        "WEARABLES_GRANT_KEYS": AIRFLOW | {"worker"},
        "REDIS_PASSWORD": AIRFLOW | {"redis", "worker"},
    }
    for secret, services in needed.items():
        assert {name for name in SERVICES if secret in str(SERVICES[name].get("environment"))} == services, secret
    assert needed.keys() == {name for name, how in variables().items() if "?" in how}


def test_no_service_logs_in_to_postgres_as_a_superuser_or_may_migrate_except_init() -> None:
    """The settings files apply in containers too, so a setting that is not here comes from airflow.env."""
    urls = re.findall(r"postgres(?:ql\S*)?://(\w+):", TEXT)
    assert set(urls) == {"airflow", "warehouse", "warehouse_owner"}
    assert {name for name in SERVICES if "WEARABLES_OWNER_URL" in SERVICES[name].get("environment", {})} == {"init"}
    worker = SERVICES["worker"]["environment"]
    assert worker["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].startswith("sqlite:")
    assert worker["AIRFLOW__CELERY__RESULT_BACKEND"].startswith("redis:")


def test_the_api_server_trusts_only_the_proxy_s_headers() -> None:
    def address(name: str) -> str:
        return SERVICES[name]["networks"]["front"]["ipv4_address"]

    assert SERVICES["api-server"]["environment"]["FORWARDED_ALLOW_IPS"] == address("proxy") != address("api-server")
    assert "--proxy-headers" in SERVICES["api-server"]["command"]
    assert {name for name in SERVICES if "front" in SERVICES[name].get("networks", [])} == {"proxy", "api-server"}
    assert list(SERVICES["proxy"]["networks"]) == ["front"]


def test_secrets_are_sent_to_whoop_only_unless_the_operator_allows_another_host() -> None:
    for name in ("worker", "api-server", "scheduler", "init"):
        assert SERVICES[name]["environment"]["WEARABLES_WHOOP_HOSTS"] == "${WHOOP_HOSTS:-api.prod.whoop.com}"


def test_nobody_can_send_a_connection_s_secret_with_airflow_s_test_button() -> None:
    settings = (ROOT / "airflow.env").read_text() + TEXT + (ROOT / "deploy" / "helm-values.yaml").read_text()
    assert not re.search("test_connection", settings, re.IGNORECASE)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_waits_for_what_it_needs(name: str) -> None:
    for needed, how in SERVICES[name].get("depends_on", {}).items():
        ends = SERVICES[needed]["restart"] == "no"
        assert how["condition"] == ("service_completed_successfully" if ends else "service_healthy")


@pytest.mark.parametrize("name", OURS)
def test_a_service_runs_a_command_that_exists_with_its_options(name: str) -> None:
    command = words(SERVICES[name])
    program = ROOT / command[0]
    assert program.is_file()
    assert program.stat().st_mode & 0o111
    if len(command) > 1:
        options = [word for word in command[1:] if word.startswith("--")]
        verbs = [word for word in command[1:] if re.fullmatch(r"[a-z-]+", word) and not word.startswith("--")]
        module = {"bin/airflow": "airflow", "bin/wearables": "wearables"}[command[0]]
        done = subprocess.run([sys.executable, "-m", module, *verbs, "--help"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-500:]
        assert all(option in done.stdout for option in options)


def test_the_image_contains_every_folder_that_a_service_writes_to_and_its_user_owns_it() -> None:
    """Root would own mount points that the engine creates, and parent folders that `install` creates."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    made = re.findall(r"install -d (-m 700 )?-o airflow -g root ([^&\n]*)", text)
    folders = {PurePosixPath(folder): mode for mode, listed in made for folder in listed.split()}
    volumes = {volume for name in OURS for volume in SERVICES[name].get("volumes", [])}
    mounted = {PurePosixPath(volume.split(":")[1]) for volume in volumes if volume.split(":")[0] in COMPOSE["volumes"]}
    home = PurePosixPath("/opt/wearables")
    needed = {each for folder in mounted for each in (folder, *folder.parents) if each.is_relative_to(home)}
    assert needed <= folders.keys()
    assert all(folders[folder] == "-m 700 " for folder in mounted if folder.is_relative_to(home))


@pytest.mark.parametrize("name", OURS)
def test_our_services_can_write_to_their_volumes(name: str) -> None:
    """Airflow opens even the password file for writing."""
    assert [volume for volume in SERVICES[name].get("volumes", []) if volume.endswith(":ro")] == []


def test_the_image_is_based_on_the_pinned_airflow_and_installs_the_lock() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    lock = (ROOT / "requirements-distributed.lock").read_text()
    version = re.search(r"^apache-airflow==(\S+)", lock, re.MULTILINE)
    assert version
    assert re.search(
        rf"^FROM apache/airflow:slim-{re.escape(version[1])}-python3\.\d+ AS base$", dockerfile, re.MULTILINE
    )
    assert re.search(r"^RUN .*bin/_install requirements-distributed\.lock$", dockerfile, re.MULTILINE)
    ignored = (ROOT / ".dockerignore").read_text().split()
    for line in re.findall(r"^COPY (?:--chown=\S+ )?(?!--from)(.*) \S+$", dockerfile, re.MULTILINE):
        for source in line.split():
            assert (ROOT / source).exists()
            assert source not in ignored
    assert re.findall(r"^USER (\w+)$", dockerfile, re.MULTILINE)[-1] == "airflow"
