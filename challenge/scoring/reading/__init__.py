"""Reading of submission files: checked class probabilities, or a list of problems."""
