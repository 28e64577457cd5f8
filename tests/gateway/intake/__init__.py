"""The ways in which records come, each on a rig: real store, real settling, a clock of the test's own."""
