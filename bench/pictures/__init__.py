"""Pictures of synthetic recordings beside real ones, for docs/synthetic-and-real.md."""
