"""Run everything on one machine: an embedded PostgreSQL, Airflow, the sandbox and the demo."""
