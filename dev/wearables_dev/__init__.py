"""For development only: the WHOOP sandbox, and the services behind `make up` and `make demo`."""
