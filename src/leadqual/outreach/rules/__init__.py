"""Rules on reaching out as data: packs of rules, and the book of all packs that hold."""
