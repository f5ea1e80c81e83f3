"""Tables larger than memory: spread into buckets on disk, then one bucket after another."""
