"""The steps of a run, from its plan to the metrics, which are the same for every source."""
