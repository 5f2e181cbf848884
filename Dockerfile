# The project with its pinned tree, on Airflow's official image. docker-compose.yaml runs every service from this one
# image. The tree goes into an environment of its own, as in a checkout: what was tested is what runs.
FROM apache/airflow:slim-3.3.2-python3.12

USER root
# Each by name: what install makes on the way to a folder is root's.
RUN install -d -o airflow -g root /opt/wearables /opt/wearables/landing /opt/wearables/auth \
    /opt/wearables/.airflow /opt/wearables/.airflow/logs
USER airflow
WORKDIR /opt/wearables

COPY --chown=airflow:root . .
# The official image asks pip for installs per user, which an environment of its own forbids.
RUN PIP_USER=false bin/_install requirements-distributed.lock

ENTRYPOINT ["bin/airflow"]
