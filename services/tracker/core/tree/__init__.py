"""The promises under a date that the customer was given: who still has time, and who has none."""
