"""What is no longer kept: guests erased on request, and everything whose time is over, in small slices of the one writer."""
