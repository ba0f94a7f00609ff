"""A researcher's own labelled recordings as a task: files, who they are of, their events, and epochs of them."""
