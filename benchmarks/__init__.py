"""The benchmarks behind `make bench`. Most rows are ratios of two measurements from the same run."""
