"""The Python front door: what `import earloop as el` offers, one function for each step from a file to a verdict.

`earloop.__init__` hands these functions out. Each is a short way to a public name of another room, with the reference
design and usual settings where none are given; the rooms offer every setting.
"""

from earloop.lazy_names import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
