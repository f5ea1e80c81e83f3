from .approach.action import Action
from .approach.choose import next_action
from .approach.document import Approaches
from .approach.plan import Approach
from .caller import Caller
from .permit import permit
from .registries.registry import DoNotCallRegistry
from .rules.load import load_pack, pack_text
from .rules.pack import Pack
from .rules.rulebook import Rulebook, rulebook
from .rules.words import CallerKind, Confidence
from .verdict import Reason, Verdict

__all__ = [
    "Action",
    "Approach",
    "Approaches",
    "Caller",
    "CallerKind",
    "Confidence",
    "DoNotCallRegistry",
    "Pack",
    "Reason",
    "Rulebook",
    "Verdict",
    "load_pack",
    "next_action",
    "pack_text",
    "permit",
    "rulebook",
]
