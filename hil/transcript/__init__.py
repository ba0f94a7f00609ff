"""Transcripts: every exchange with an earbud in a file, and the earbud's half of it played to the host again."""
