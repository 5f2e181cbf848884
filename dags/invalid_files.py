"""Declares no DAG: if integration files are invalid, Airflow shows their problems as an import error of this file.

An import error of `integrations.py` itself would remove the DAGs of all teams.
"""

from wearables.core.errors import PermanentError
from wearables.core.integrations import problems

if found := problems():
    raise PermanentError("\n".join(found))
