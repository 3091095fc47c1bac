"""Commands for training, evaluating and submitting baselines."""
