"""A device under test in real time, and the page that shows it."""
