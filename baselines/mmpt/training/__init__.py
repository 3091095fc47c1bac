"""Training runs, from a configuration to checkpoints and metrics, and predictions from checkpoints."""
