"""Consent: invites, the pages an athlete sees, and the end of a consent."""
