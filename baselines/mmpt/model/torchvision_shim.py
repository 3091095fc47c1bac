"""Import torchvision, also where its compiled operators are of another build than torch.

Beside a CPU build of torch, torchvision of a package index is built for CUDA: its library does not load, and its
import fails because two operators are unknown that it wants to describe. Neither of them is used here. So where the
import fails for that reason alone, the two are declared and it is imported again; where it works, nothing is changed.

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
