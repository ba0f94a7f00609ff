"""Options that several commands share, and how a recording is named on the command line."""
