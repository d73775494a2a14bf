"""When somebody works: windows, holidays, zones, and the one calculation of working time."""
