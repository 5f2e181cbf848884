"""What a developer needs and production does not: the WHOOP sandbox, and the services of make up and make demo."""
