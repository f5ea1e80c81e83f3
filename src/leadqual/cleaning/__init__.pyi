from .exact import duplicates
from .found import Duplicates
from .likeness import prepared
from .linking import probable, settings
from .merged import Merged
from .merging import merge
from .placeholders import CONFLICTING, PLACEHOLDERS, ROLE_MAILBOXES
from .record import Undo
from .review import Review
from .undoing import Undone, undo

__all__ = [
    "CONFLICTING",
    "PLACEHOLDERS",
    "ROLE_MAILBOXES",
    "Duplicates",
    "Merged",
    "Review",
    "Undo",
    "Undone",
    "duplicates",
    "merge",
    "prepared",
    "probable",
    "settings",
    "undo",
]
