"""One small file a public data format: rows of a file to events in order of time."""
