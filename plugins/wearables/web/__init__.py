"""The pages in Airflow's UI: integrations, their athletes and their pull logs."""
