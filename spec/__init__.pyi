from .design import DEFAULT_DESIGN_PATH, Design, load_design
from .errors import DesignError, EarloopError, LinkError
from .fixed import FixedDesign, compile_design
from .golden import GoldenTokenizer
from .patches import from_patches, to_patches
from .reference import FloatTaps, FloatTokenizer, float_taps
from .shipped import shipped_designs
from .taps import Taps

__all__ = [
    "DEFAULT_DESIGN_PATH",
    "Design",
    "DesignError",
    "EarloopError",
    "FixedDesign",
    "FloatTaps",
    "FloatTokenizer",
    "GoldenTokenizer",
    "LinkError",
    "Taps",
    "compile_design",
    "float_taps",
    "from_patches",
    "load_design",
    "shipped_designs",
    "to_patches",
]
