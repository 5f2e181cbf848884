"""WHOOP data of a team, from the API to a warehouse that the team owns."""
