"""Who owes whom what, by when, and is it coming: folds every party's events into promises."""
