"""What becomes of an alert, decided without clock, store or network."""
