"""When people may be reached: weeks of local wall time, and the next instant that lies in all of them."""
