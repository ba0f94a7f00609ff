"""
A tutorial
==========

Text.
"""

# %%
# Say.
import earloop as el

print(el.load_design().name)
