# Stand-in for the official nginx: Debian's server with the user that docker-compose.yaml expects.
FROM stand-in/debian
RUN apt-get update --quiet \
    && apt-get install --quiet --yes --no-install-recommends curl nginx-light \
    && useradd --system --no-create-home nginx
USER nginx
CMD ["nginx", "-g", "daemon off;"]
