"""Pictures that compare synthetic recordings with real ones, for docs/synthetic-and-real.md."""
