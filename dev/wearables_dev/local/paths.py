"""Where local services keep their files: in `.local`, which git ignores. A second stack sets WEARABLES_LOCAL."""

import os
from pathlib import Path

from wearables.core.settings import PROJECT_DIR

LOCAL = Path(os.environ.get("WEARABLES_LOCAL") or PROJECT_DIR / ".local")
LOGS = LOCAL / "logs"
SECRETS = LOCAL / "secrets.env"
PASSWORDS = LOCAL / "passwords.json"
POSTGRES_HOME = LOCAL / "postgres"
