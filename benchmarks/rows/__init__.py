"""The benchmarks, one file per subject. ``run(quick)`` measures and returns the rows of the table."""
