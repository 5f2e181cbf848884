# The project with its pinned tree. docker-compose.yaml runs every service from this one image.
FROM python:3.11-slim-bookworm

RUN useradd --create-home --uid 50000 airflow && install -d -o airflow /opt/wearables /opt/wearables/landing
WORKDIR /opt/wearables
USER airflow

COPY --chown=airflow requirements.lock pyproject.toml ./
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir --upgrade pip \
    && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

COPY --chown=airflow . .
RUN .venv/bin/pip install --no-cache-dir --no-deps -e .

ENTRYPOINT ["bin/airflow"]
