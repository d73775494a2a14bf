"""The language of agreements: YAML to `Agreement`, or every fault with its line and remedy."""
