"""What will change while nothing happens."""
