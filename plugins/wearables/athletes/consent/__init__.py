"""Consent: invitations and the public pages that athletes see."""
