"""Data for coaches: a team's athletes on one date, and one athlete over ninety days."""
