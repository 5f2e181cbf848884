"""WHOOP's API: its clients, grants, request budget and records."""
