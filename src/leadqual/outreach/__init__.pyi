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
from .tables.permit_frame import OverdueRulesWarning, permit_frame
from .tables.tally import tally
from .verdict import Reason, Verdict

__all__ = [
    "Action",
    "Approach",
    "Approaches",
    "Caller",
    "CallerKind",
    "Confidence",
    "DoNotCallRegistry",
    "OverdueRulesWarning",
    "Pack",
    "Reason",
    "Rulebook",
    "Verdict",
    "load_pack",
    "next_action",
    "pack_text",
    "permit",
    "permit_frame",
    "rulebook",
    "tally",
]
