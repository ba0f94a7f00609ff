"""The sources of the body: brain, eyes, muscles, heart, motion."""
