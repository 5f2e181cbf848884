# The project on Airflow's official image, with the packages of requirements-distributed.lock in a virtual environment of
# its own, as in a checkout: what was tested is what runs. docker-compose.yaml builds two targets:
#
#   production   every service
#   sandbox      the WHOOP sandbox, which is for development
FROM apache/airflow:slim-3.3.2-python3.12 AS base
USER root
# Name every folder: `install` creates missing parents, and named volumes, as root.
RUN install -d -o airflow -g root /opt/wearables /opt/wearables/landing /opt/wearables/auth \
    /opt/wearables/.airflow /opt/wearables/.airflow/logs
USER airflow
WORKDIR /opt/wearables

# The checkout, with the code for development set aside.
FROM base AS source
COPY --chown=airflow:root . .
RUN mv dev /tmp/dev

FROM base AS production
COPY --from=source --chown=airflow:root /opt/wearables .
# The official image makes pip install for the user, which a virtual environment forbids.
RUN PIP_USER=false bin/_install requirements-distributed.lock
ENTRYPOINT ["bin/airflow"]

# uvicorn and starlette, the sandbox's only requirements, are in the production image: Airflow's API server needs them.
FROM production AS sandbox
COPY --from=source --chown=airflow:root /tmp/dev dev

# `docker build` without --target makes the production image.
FROM production
