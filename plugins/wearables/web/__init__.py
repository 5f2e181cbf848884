"""The pages in Airflow's UI: integrations, their athletes, boards, downloads and pull logs."""
