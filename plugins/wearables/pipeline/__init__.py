"""The steps that every source shares, from the plan of a run to the metrics."""
