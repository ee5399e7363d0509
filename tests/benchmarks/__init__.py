"""Benchmarks: run by hand with `make bench`; see README.md."""
