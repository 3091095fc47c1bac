"""Teams and their accounts: one account per team."""
