"""What people did to alerts, as a chain in which no entry can be changed without being found."""
