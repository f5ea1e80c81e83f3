from __future__ import annotations

from importlib.util import find_spec

NEEDED = ("email_validator", "numpy", "phonenumbers", "polars")

# Without the packages of reaching out there is nothing here to test.
collect_ignore_glob = [] if all(map(find_spec, NEEDED)) else ["test_*.py"]
