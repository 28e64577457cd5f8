"""A carrier's itemised bill held against our calls: how its lines are read, and which call each of them is. Pure."""
