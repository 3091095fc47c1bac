"""Commands for organizers, and the demo."""
