"""What a contact, its history and the question say, as far as rules on reaching out look at it."""
