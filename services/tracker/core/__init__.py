"""The pure middle of the tracker: agreements, promises, folding, deadlines. No clock, no I/O."""
