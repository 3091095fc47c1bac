"""Import of torchvision that also works if its compiled operators do not match torch.

Package indexes have torchvision builds for CUDA. With a CPU build of torch, their library does not load, and the import
fails because torchvision describes two operators that torch does not know. This project uses neither of them. So if the
import fails for this reason, the module declares the two operators and imports torchvision again. If the import works,
nothing is changed.

timm imports torchvision: import this module before timm.
"""

import sys

import torch

try:
    import torchvision  # type: ignore[import-untyped]
except RuntimeError as error:
    if "torchvision::nms" not in str(error):
        raise
    for _operator in ("nms", "qnms"):
        torch.library.define(
            f"torchvision::{_operator}", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
        )
    for _name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[_name]
    import torchvision

__all__ = ["torchvision"]
