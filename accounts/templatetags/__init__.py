"""Tags and filters of the account pages."""
