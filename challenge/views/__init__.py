"""Views, one module for each page: fetch with an access check, compute, render."""
