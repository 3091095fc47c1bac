"""Training and evaluation of the baselines: mm-PT and the schemes it is compared with, without Django.

The packages are layers, from high to low: `studies`, `training`, `model`, `data`; none imports a higher one. Importing
a package imports nothing else; the modules that need PyTorch and timm import them themselves.
"""
