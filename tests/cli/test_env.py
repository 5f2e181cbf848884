"""Settings come from the environment, secrets.env, airflow.local.env and airflow.env, in this order."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wearables.core import env

ROOT = Path(__file__).parents[2]


def project(folder: Path, airflow: str = "", local: str | None = None, keys: str | None = None) -> Path:
    """Write a checkout's settings files."""
    (folder / "airflow.env").write_text(airflow)
    if local is not None:
        (folder / "airflow.local.env").write_text(local)
    if keys is not None:
        (folder / ".local").mkdir()
        (folder / ".local" / "secrets.env").write_text(keys)
    return folder


def test_each_settings_file_overrides_the_ones_below_it(tmp_path: Path) -> None:
    folder = project(
        tmp_path,
        airflow="A=airflow\nB=airflow\nC=airflow\nD=airflow\n",
        local="A=local\nB=local\nC=local\n",
        keys="A=keys\nB=keys\n",
    )
    found = env.settings({"A": "environment"}, folder)
    assert [found[name] for name in "ABCD"] == ["environment", "keys", "local", "airflow"]


def test_an_empty_variable_in_the_environment_takes_precedence_too(tmp_path: Path) -> None:
    assert env.settings({"A": ""}, project(tmp_path, airflow="A=airflow\nB=[${A}]\n"))["B"] == "[]"


def test_a_reference_uses_the_value_with_the_highest_precedence(tmp_path: Path) -> None:
    folder = project(
        tmp_path,
        airflow="PORT=1\nUSER_NAME=u\nHOST=h\nURL=${USER_NAME}:${KEY}@${HOST}:${PORT}\n",
        local="HOST=mine\nPAGE=${URL}/page\n",
        keys="KEY=k\n",
    )
    assert env.settings({"PORT": "2"}, folder)["PAGE"] == "u:k@mine:2/page"


def test_secrets_are_read_from_the_configured_local_folder(tmp_path: Path) -> None:
    folder = project(
        tmp_path, airflow="WEARABLES_LOCAL=${PROJECT_DIR}/.local\n", local="WEARABLES_LOCAL=${PROJECT_DIR}/x"
    )
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "secrets.env").write_text("KEY=of x\n")
    found = env.settings({}, folder)
    assert (found["WEARABLES_LOCAL"], found["KEY"]) == (f"{tmp_path}/x", "of x")


def test_a_second_stack_ignores_the_local_settings_of_the_first(tmp_path: Path) -> None:
    folder = project(tmp_path, airflow="A=airflow\n", local="A=local\nB=local\n", keys="KEY=first\n")
    found = env.settings({"WEARABLES_LOCAL": str(tmp_path / "second")}, folder)
    assert (found["A"], "B" in found, "KEY" in found) == ("airflow", False, False)


def test_other_variables_are_kept_and_project_dir_is_the_checkout(tmp_path: Path) -> None:
    found = env.settings({"HOME": "/home/me", "PROJECT_DIR": "/elsewhere"}, project(tmp_path))
    assert found == {"HOME": "/home/me", "PROJECT_DIR": str(tmp_path)}


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=plain", "plain"),
        ("A=--seed 7 --days 60", "--seed 7 --days 60"),
        ("A=  spaces around  ", "spaces around"),
        ("A=' spaces kept '", " spaces kept "),
        ("A=", ""),
        ("A=x=y==", "x=y=="),
        ("A=with#hash", "with#hash"),
        ("A=with #comment", "with"),
        ("A='with #hash'", "with #hash"),
        ('A="with #hash"', "with #hash"),
        ("A=it's", "it's"),
        ("A='it\\'s'", "it's"),
        ("A='a\\nb'", "a\\nb"),
        ('A="a\\nb"', "a\nb"),
        ("A=a\\nb", "a\\nb"),
        ("A=$B", "$B"),
        ("A=$(id)`id`", "$(id)`id`"),
        ("A=${B}", "of B"),
        ("A='${B}'", "of B"),
        ("A=${NOSUCH}", ""),
        ("A=${NOSUCH:-default}", "default"),
        ("export A=exported", "exported"),
    ],
)
def test_a_value_is_read_as_python_dotenv_reads_it(line: str, value: str, tmp_path: Path) -> None:
    assert env.settings({"B": "of B"}, project(tmp_path, airflow=f"# comment\n{line}\n"))["A"] == value


def test_a_reference_in_a_value_of_the_environment_is_left_alone(tmp_path: Path) -> None:
    found = env.settings({"A": "${B} and $C", "B": "b"}, project(tmp_path, airflow="A=a\nD=${A}\n"))
    assert (found["A"], found["D"]) == ("${B} and $C", "${B} and $C")


def test_the_launcher_imports_neither_airflow_nor_the_rest_of_the_project() -> None:
    script = "import sys, wearables.core.env; print(*(name for name in sys.modules if name != 'wearables'))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    ours = {name for name in done.stdout.split() if name.startswith(("airflow", "wearables"))}
    assert ours == {"wearables.core", "wearables.core.env"}


def test_the_commands_in_bin_run_a_module_with_the_settings_from_any_folder(tmp_path: Path) -> None:
    (tmp_path / "shown.py").write_text(
        "import os, sys\n"
        "print(sys.argv, os.environ['PROJECT_DIR'], os.environ['SANDBOX_PORT'], __name__)\n"
        "sys.exit(3)\n"
    )
    environment = {"PATH": os.environ["PATH"], "SANDBOX_PORT": "7"}
    done = subprocess.run(
        [str(ROOT / "bin" / "_run"), "shown", "a b", "--c"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (3, f"{[str(tmp_path / 'shown.py'), 'a b', '--c']} {ROOT} 7 __main__\n")
