# Stand-in for apache/airflow: Debian's Python, curl, and the user that our Dockerfile expects.
FROM stand-in/debian
RUN apt-get update --quiet \
    && apt-get install --quiet --yes --no-install-recommends ca-certificates curl procps python3 python3-venv \
    && useradd --uid 50000 --gid 0 --create-home airflow
COPY certificates.pem /etc/ssl/certs/ca-certificates.crt
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt PIP_USER=true
USER airflow
