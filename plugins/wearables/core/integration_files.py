"""Find integration files and read their YAML. Nothing in a file is trusted: it must not harm other integrations.

Every error is a PermanentError of one line that begins with the name of the file.
"""

import os
from pathlib import Path
from typing import Any

import yaml

from wearables.core.errors import PermanentError
from wearables.core.settings import integrations_dir

SUFFIXES = {".yaml", ".yml"}
MAX_BYTES = 64 * 1024
MAX_REASON_LETTERS = 500
TIMESTAMP = "tag:yaml.org,2002:timestamp"


class _Loader(yaml.SafeLoader):
    """YAML without aliases: a few lines of them can expand to gigabytes.

    A date stays text, so that an impossible one is reported with its key.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML declares it so
        letter: [(tag, pattern) for tag, pattern in resolvers if tag != TIMESTAMP]
        for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError(f"aliases such as *{self.peek_event().anchor} are not supported")
        return super().compose_node(parent, index)


def printable(value: object) -> str:
    """Return a value as text on one line, without characters that cannot be printed or encoded."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in " ".join(str(value).split()))


def integration_files() -> list[Path]:
    """Return one file per integration, sorted by name. Hidden files, such as those of editors, are ignored."""
    return sorted({path.stem: path for path in sorted(_files(integrations_dir()), reverse=True)}.values())


def require_unique(path: Path) -> None:
    """Raise PermanentError if the file shares its integration's name with another file.

    If names differ only in case, the one in lower case may be used.
    """
    for other in _files(path.parent):
        if other.stem == path.stem and other.name != path.name:
            raise PermanentError(f"{path.name}: there is also {printable(other.name)}. Delete one of them.")
        if other.stem.casefold() == path.stem.casefold() and other.stem > path.stem:
            raise PermanentError(
                f"{path.name}: there is also {printable(other.name)}. Rename one of them: the names differ only in "
                "upper and lower case."
            )


def read_text(path: Path, errors: str = "strict") -> str:
    """Return the text of a file. Raises PermanentError if it is not a readable file of moderate size in UTF-8."""
    try:
        # Reading a pipe or a device may never end.
        if not path.is_file():
            raise PermanentError(f"{path.name}: this is not a readable file. Replace it with a YAML file or delete it.")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise PermanentError(f"{path.name}: the file cannot be read ({reason}). Correct its permissions.") from None
    if len(content) > MAX_BYTES:
        raise PermanentError(f"{path.name}: the file is larger than {MAX_BYTES // 1024} KiB. Shorten it.")
    try:
        return content.decode(errors=errors)
    except UnicodeDecodeError as error:
        raise PermanentError(f"{path.name}: the file is not valid YAML: {error}. Save it as UTF-8.") from None


def parse_yaml(name: str, text: str) -> dict[Any, Any]:
    """Return the keys and values of a file. Raises PermanentError if it contains anything else."""
    try:
        content = yaml.load(text, _Loader)  # noqa: S506 - a subclass of the safe loader
    except yaml.YAMLError as error:
        reason = printable(error)[:MAX_REASON_LETTERS]
        raise PermanentError(f"{name}: the file is not valid YAML: {reason}") from None
    except Exception as error:
        # For invalid values, PyYAML raises IndexError, KeyError, ValueError, RecursionError and others.
        raise PermanentError(
            f"{name}: the file is not valid YAML: a value cannot be parsed ({type(error).__name__})."
        ) from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise PermanentError(f"{name}: the file must contain keys and values such as `timezone: UTC`.")
    return content


def parse_lines(text: str, keys: set[str]) -> dict[Any, Any]:
    """Return the values of ``keys`` in a text that is not valid YAML as a whole, if each fits on one line."""
    found: dict[Any, Any] = {}
    for line in text.splitlines():
        if line.partition(":")[0] in keys:
            try:
                found |= parse_yaml("", line)
            except PermanentError:
                found[line.partition(":")[0]] = object()
    return found


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*.y*ml") if path.suffix in SUFFIXES and not path.name.startswith(".")]
