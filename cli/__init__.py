"""The command line and the demo: they parse, call the rooms, and print."""
