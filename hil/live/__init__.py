"""The live bench: a device under test in real time, and its page."""
