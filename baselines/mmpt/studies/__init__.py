"""Comparisons of trained models: experiments of the thesis, curves, published weights, description of an entry."""
