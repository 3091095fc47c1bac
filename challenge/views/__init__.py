"""The pages, a module for each: fetch with an access check, compute, render."""
