"""MNE's `Raw`: from it and to it, and FIF files, which MNE reads."""
