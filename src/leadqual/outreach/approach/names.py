"""What kinds of work are called, in both languages."""

from __future__ import annotations

from typing import Final

from leadqual.outreach.approach.plan import Activity
from leadqual.outreach.rules.base import Language

_ACTIVITIES: Final = {
    Activity.OUTBOUND: ("outbound", "kontak keluar"),
    Activity.INBOUND: ("inbound", "kontak masuk"),
    Activity.LEAD_GENERATION: ("lead generation", "pengumpulan prospek"),
    Activity.SALES: ("sales", "penjualan"),
    Activity.SURVEY: ("survey", "survei"),
    Activity.APPOINTMENT_SETTING: ("appointment setting", "pengaturan janji temu"),
    Activity.DATA_MAINTENANCE: ("data maintenance", "pemeliharaan data"),
    Activity.AFTER_SALES: ("after-sales", "layanan purnajual"),
    Activity.UPSELLING: ("upselling", "penjualan tambahan"),
    Activity.CROSS_SELLING: ("cross-selling", "penjualan silang"),
    Activity.NEWSLETTER: ("newsletter", "buletin"),
    Activity.PERSONAL_FOLLOW_UP: ("personal follow-up", "tindak lanjut pribadi"),
    Activity.REMINDER: ("reminder", "pengingat"),
    Activity.NEGOTIATION: ("negotiation", "negosiasi"),
}


def activity_name(activity: Activity, language: Language) -> str:
    """Return what a kind of work is called."""
    return _ACTIVITIES[activity][language == "id"]
