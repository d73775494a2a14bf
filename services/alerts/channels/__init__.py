"""Ways to a receiver, one small file each; they send one notice and raise DeliveryError."""
