"""The door for systems that nobody here wrote: HTTP CloudEvents, a gRPC stream, mapped webhooks."""
