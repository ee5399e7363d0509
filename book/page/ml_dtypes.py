"""In the page: stands for ml_dtypes, a C++ extension with 8- and 16-bit floats. Only NumPy's own types are there."""

from numpy import finfo as finfo
from numpy import iinfo as iinfo
