"""Every reader of files against what no writer makes: valid files changed with knowledge of their format.

A case is a folder of files. The reader returns, or raises an EarloopError, in so much time and memory; what it returns
is sane. `python -m tests.fuzz` runs many cases of each format, `test_fuzz.py` a few.
"""
