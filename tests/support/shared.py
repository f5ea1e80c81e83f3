"""Real data that may lie beside the project: where it is not there, what uses it skips with a reason."""

from __future__ import annotations

import os
from pathlib import Path

SHARED = Path(os.environ.get("LEADQUAL_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")
BANK = SHARED / "uci_bank_marketing"
