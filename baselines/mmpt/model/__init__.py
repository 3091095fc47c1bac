"""Networks: backbones, heads, losses and statistics of BatchNorm, independent of the training."""
