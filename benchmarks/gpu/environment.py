"""Hardware and software."""

import os
import platform
import subprocess
from importlib import metadata

import torch

from benchmarks.gpu.report import Report
from benchmarks.gpu.setting import Setting


def measure(setting: Setting, report: Report) -> None:
    """Report names and versions."""
    report.add(what="CPU cores", value=str(os.cpu_count()))
    report.add(what="Python", value=platform.python_version())
    for name in ("torch", "timm", "torchvision", "numpy"):
        report.add(what=name, value=metadata.version(name))
    report.add(what="torch build", value=str(torch.__version__))
    if setting.device.type != "cuda":
        return
    about = torch.cuda.get_device_properties(setting.device)
    report.add(what="GPU", value=f"{about.name}, {about.total_memory / 1e9:.1f} GB")
    report.add(what="CUDA", value=str(torch.version.cuda))
    report.add(what="cuDNN", value=str(torch.backends.cudnn.version()))
    report.add(what="driver", value=_driver())


def _driver() -> str:
    command = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
