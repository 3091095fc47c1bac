"""Training and evaluation of the baselines, without Django: mm-PT and the schemes it is compared with.

The packages are layers, from high to low: `studies`, `training`, `model`, `data`. No package imports a higher one. The
packages themselves import nothing; the modules that need PyTorch and timm import them.
"""
