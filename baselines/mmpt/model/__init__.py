"""Networks: backbones, heads, losses and the statistics of BatchNorm, none of which knows how it is trained."""
