"""Where local services keep their files: `.local`, which git ignores, or another folder for a second stack."""

import os
from pathlib import Path

from wearables.core.settings import PROJECT_DIR

LOCAL = Path(os.environ.get("WEARABLES_LOCAL") or PROJECT_DIR / ".local")
LOGS = LOCAL / "logs"
SECRETS = LOCAL / "secrets.env"
PASSWORDS = LOCAL / "passwords.json"
POSTGRES_HOME = LOCAL / "postgres"
