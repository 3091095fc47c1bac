"""Commands of the challenge, and what they share."""
