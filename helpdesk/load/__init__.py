"""Made-up customers, tickets and messages by the hundred thousand, for benchmarks and trials of size."""
