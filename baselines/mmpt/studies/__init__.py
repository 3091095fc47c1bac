"""Comparisons of trained models: the thesis' experiments, curves, published weights and the description of an entry."""
