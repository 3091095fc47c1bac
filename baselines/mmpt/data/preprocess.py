"""Preparation of stored images for a backbone, on the device of the batch."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Preprocess(nn.Module):
    """Conversion of bytes to normalised RGB, zero-padded to the input size: the padding has the mean colour.

    The module has no parameters and nothing to save. The image is centred. If the difference of the sizes is odd, the
    extra row or column of padding is at the bottom or right (left = difference // 2).

    Args:
        mean: mean of each of the three channels, for values in [0, 1], as the backbone expects it.
        std: standard deviation of each channel.
        input_size: height and width of the output.
        memory_format: memory format of the output; `torch.channels_last` if the backbone uses it.

    """

    scale: Tensor
    shift: Tensor

    def __init__(
        self,
        mean: Sequence[float],
        std: Sequence[float],
        input_size: int,
        memory_format: torch.memory_format = torch.contiguous_format,
    ) -> None:
        super().__init__()
        means, stds = (torch.tensor(values, dtype=torch.float64).view(1, 3, 1, 1) for values in (mean, std))
        self.input_size = input_size
        self.memory_format = memory_format
        # (value / 255 - mean) / std as one multiplication and one addition
        self.register_buffer("scale", (1 / (255 * stds)).float(), persistent=False)
        self.register_buffer("shift", (-means / stds).float(), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """Convert uint8 (b, h, w) or (b, h, w, 3) to float32 (b, 3, input_size, input_size)."""
        size, (height, width) = self.input_size, images.shape[1:3]
        if height > size or width > size:
            raise ValueError(
                f"images of {height} x {width} pixels do not fit an input of {size} x {size}: "
                f"give an input size of {max(height, width)} or more, or use a smaller resolution"
            )
        channels = images.unsqueeze(1) if images.ndim == 3 else images.permute(0, 3, 1, 2)
        top, left = (size - height) // 2, (size - width) // 2
        padded = torch.empty(
            (len(images), 3, size, size), device=images.device, memory_format=self.memory_format
        )
        if (height, width) != (size, size):
            padded.zero_()
        inside = padded[:, :, top : top + height, left : left + width]
        torch.addcmul(self.shift, channels.float(), self.scale, out=inside)
        return padded
