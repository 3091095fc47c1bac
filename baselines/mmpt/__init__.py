"""Training and evaluation of the baselines: mm-PT and the schemes it is compared with. No Django in here.

Importing this package imports nothing else; the modules that need PyTorch and timm import them themselves.
"""
