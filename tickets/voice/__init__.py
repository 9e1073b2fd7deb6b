"""The call flow: what callers hear, answered in the request that tells a step."""
