"""Sessions and corpora in the Brain Imaging Data Structure (BIDS)."""
