"""The jobs of the suite, in the order of their run."""
