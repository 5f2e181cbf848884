"""Everything that knows WHOOP."""
