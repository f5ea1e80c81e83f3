from .draft import draft
from .mapping import Mapping, mapping, mapping_text, systems
from .reading import read
from .report import ImportReport
from .result import Import

__all__ = [
    "Import",
    "ImportReport",
    "Mapping",
    "draft",
    "mapping",
    "mapping_text",
    "read",
    "systems",
]
