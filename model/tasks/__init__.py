"""Tasks: labelled epochs of token streams, from synthetic corpora, real recordings and published datasets."""
