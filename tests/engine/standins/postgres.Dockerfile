# Stand-in for the official postgres: Debian's server with an entrypoint that does what docker-compose.yaml expects.
FROM stand-in/debian
RUN apt-get update --quiet \
    && apt-get install --quiet --yes --no-install-recommends postgresql \
    && install -d -o postgres -g postgres -m 700 /var/lib/postgresql/data /var/run/postgresql \
    && install -d /docker-entrypoint-initdb.d \
    && ln --symbolic --force /usr/lib/postgresql/*/bin/* /usr/local/bin/
ENV PGDATA=/var/lib/postgresql/data
COPY postgres-entrypoint.sh /usr/local/bin/
USER postgres
ENTRYPOINT ["postgres-entrypoint.sh"]
CMD ["postgres"]
