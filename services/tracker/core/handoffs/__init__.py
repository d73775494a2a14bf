"""How a case goes from hand to hand: its holders, bounces, orphan time, repeated requests."""
