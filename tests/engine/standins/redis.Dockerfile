# Stand-in for the official redis: Debian's server with the user and folder that docker-compose.yaml expects.
FROM stand-in/debian
RUN apt-get update --quiet \
    && apt-get install --quiet --yes --no-install-recommends redis-server \
    && install -d -o redis -g redis /data
WORKDIR /data
USER redis
