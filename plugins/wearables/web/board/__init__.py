"""What coaches look at: a squad on a date, and an athlete over ninety days."""
