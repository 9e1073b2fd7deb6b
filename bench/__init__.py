"""Benchmarks: what the product does per second, beside the same work in raw SQL or a bare view in the same run."""
