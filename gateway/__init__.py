"""The process: intake, settle, store, posting, occupancy, web, command line and simulators."""
