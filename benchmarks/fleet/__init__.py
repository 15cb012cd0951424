"""Many machines at home that ask one git server for news."""
