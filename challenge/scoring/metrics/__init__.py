"""From labels and class probabilities to metrics and curves."""
