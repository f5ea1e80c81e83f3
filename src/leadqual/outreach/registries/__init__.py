"""Do-not-call registries: hundreds of millions of numbers in little room, looked up quickly."""

import leadqual.outreach.registries.libraries  # noqa: F401 - first: it says what is not installed
