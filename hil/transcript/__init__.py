"""Transcripts: files with every exchange with an earbud, from which a run can be repeated."""
