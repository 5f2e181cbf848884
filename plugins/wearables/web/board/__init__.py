"""What coaches look at: a team's athletes on one date, and one athlete over ninety days."""
