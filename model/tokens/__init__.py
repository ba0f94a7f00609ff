"""The model's input: streams of band samples from recordings and corpora, and the windows cut from them."""
