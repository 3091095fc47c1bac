"""From a submission file to checked class probabilities, or to the list of its problems."""
