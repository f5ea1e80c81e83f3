from .build import build
from .reaching import Reach
from .report import Report
from .section import Card, Figure, Reason, Section

__all__ = ["Card", "Figure", "Reach", "Reason", "Report", "Section", "build"]
