# The project on Airflow's official image, with the packages of requirements-distributed.lock in a virtual environment of
# its own, as in a checkout, so that what was tested is what runs. docker-compose.yaml builds two targets:
#
#   production   for every service except the sandbox
#   sandbox      for the WHOOP sandbox: the production image with the code for development
FROM apache/airflow:slim-3.3.2-python3.12 AS base
USER root
# List every folder: root would own parents that `install` creates, and mount points that the engine creates.
RUN install -d -o airflow -g root /opt/wearables \
    && install -d -m 700 -o airflow -g root /opt/wearables/landing /opt/wearables/auth \
    /opt/wearables/.airflow /opt/wearables/.airflow/logs
USER airflow
WORKDIR /opt/wearables

# The checkout, with the code for development moved away: it must not be in any layer of the production image.
FROM base AS source
COPY --chown=airflow:root . .
RUN mv dev /tmp/dev

FROM base AS production
COPY --from=source --chown=airflow:root /opt/wearables .
# The official image makes pip install for the user, which a virtual environment forbids.
RUN PIP_USER=false bin/_install requirements-distributed.lock
ENTRYPOINT ["bin/airflow"]

# The production image has uvicorn and starlette, because Airflow's API server needs them; the sandbox needs nothing else.
# The editable install has put the folder dev on Python's path, although it did not exist yet.
FROM production AS sandbox
COPY --from=source --chown=airflow:root /tmp/dev dev

# `docker build` without --target makes the production image.
FROM production
