"""Where a contact is: what its number tells, the time zones that are possible, and the holidays kept there."""
