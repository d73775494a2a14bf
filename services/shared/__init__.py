"""The little that all services use. The list of files is closed: a new one serves two services."""
