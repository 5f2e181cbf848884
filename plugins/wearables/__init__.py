"""WHOOP data of a squad, from the API to a warehouse the team owns."""
