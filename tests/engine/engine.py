"""A Docker engine for the test, and images that stand in for the official ones, because no registry is available.

The engine is Debian's dockerd. Its data and socket are in one folder, and its firewall rules are removed at the end.
`docs/deployment.md` lists what the stand-ins leave untested.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
STANDINS = Path(__file__).with_name("standins")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
START_SECONDS = 60


@contextmanager
def running(home: Path) -> Iterator[dict[str, str]]:
    """Run an engine in ``home`` until the block ends, and then remove it. Yield the environment of its clients."""
    assert not Path("/sys/class/net/docker0").exists(), "a Docker engine is running on this machine; stop it first"
    rules, forwarding = _run("iptables-save").stdout, FORWARDING.read_text()
    socket = f"unix://{home}/engine.sock"
    paths = ["--data-root", home / "data", "--exec-root", home / "exec", "--pidfile", home / "pid", "--host", socket]
    # Debian's docker-compose 1 does not support BuildKit.
    clients = os.environ | {"DOCKER_HOST": socket, "DOCKER_BUILDKIT": "0", "COMPOSE_DOCKER_CLI_BUILD": "0"}
    with (home / "engine.log").open("w") as log:
        engine = subprocess.Popen(["dockerd", *map(str, paths)], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + START_SECONDS
        while subprocess.run(["docker", "info"], env=clients, capture_output=True, check=False).returncode:
            assert engine.poll() is None and time.monotonic() < deadline, (home / "engine.log").read_text()[-2000:]
            time.sleep(0.3)
        yield clients
    finally:
        engine.terminate()
        engine.wait()
        _run("ip", "link", "delete", "docker0")
        _run("iptables-restore", input=rules)
        FORWARDING.write_text(forwarding)
        shutil.rmtree(home)


def make_standins(clients: dict[str, str], home: Path) -> None:
    """Build images from Debian's packages, with the names that docker-compose.yaml and the Dockerfile pin."""
    _run("debootstrap", "--variant=minbase", "bookworm", str(home / "debian"))
    with subprocess.Popen(["tar", "-C", str(home / "debian"), "-c", "."], stdout=subprocess.PIPE) as packed:
        _run("docker", "import", "-", "stand-in/debian", env=clients, stdin=packed.stdout)
    context = home / "standins"
    shutil.copytree(STANDINS, context)
    # A company proxy may use its own certificate, which the machine trusts.
    shutil.copy(CERTIFICATES, context / "certificates.pem")
    for name, image in pinned().items():
        _run("docker", "build", "--file", f"{name}.Dockerfile", "--tag", image, ".", env=clients, cwd=context)


def pinned() -> dict[str, str]:
    """Return the official images that the project uses."""
    services = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())["services"]
    lines = [line.split() for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("FROM ")]
    stages = {words[3] for words in lines if len(words) == 4}
    (base,) = (words[1] for words in lines if words[1] not in stages)
    return {name: services[name]["image"] for name in ("proxy", "postgres", "redis")} | {"airflow": base}


def _run(*words: str, **options: object) -> subprocess.CompletedProcess[str]:
    settings: dict = {"capture_output": True, "text": True, "check": False} | options
    done = subprocess.run(words, **settings)
    assert done.returncode == 0, (words, done.stdout[-2000:], done.stderr[-2000:])
    return done
