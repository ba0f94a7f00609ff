"""Pictures that compare synthetic recordings with real ones, for docs/explanation/synthetic-and-real.md."""
