"""What each kind of rule says of a situation, and the verdict that follows from all of them."""
