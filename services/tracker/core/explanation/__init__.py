"""Why a promise stands where it stands: what moved its clock, by which clause, what it awaits."""
