"""Training runs, from a configuration to checkpoints and metrics, and predictions made with a checkpoint."""
