"""Tokens in: streams of band samples from recordings and corpora, and the windows cut from them."""
