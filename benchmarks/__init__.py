"""The benchmark suite: `make bench`. Every row is a ratio measured in one run, on one machine."""
