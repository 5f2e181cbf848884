"""Where the local runtime keeps its files: `.local`, which git ignores."""

from wearables.settings import PROJECT_DIR

LOCAL = PROJECT_DIR / ".local"
LOGS = LOCAL / "logs"
SECRETS = LOCAL / "secrets.env"
PASSWORDS = LOCAL / "passwords.json"
POSTGRES_HOME = LOCAL / "postgres"
