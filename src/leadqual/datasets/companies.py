"""Companies as they are named in South-East Asia. They are invented; their domains end in a name kept for examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from leadqual.datasets.dice import Dice

INDUSTRIES: Final = {
    "retail": 0.2,
    "financial_services": 0.12,
    "logistics": 0.11,
    "telecommunications": 0.06,
    "hospitality": 0.1,
    "manufacturing": 0.15,
    "health_care": 0.08,
    "education": 0.08,
    "construction": 0.06,
    "agriculture": 0.04,
}
"""The industries of the sample, with their shares."""

_WORDS: Final = {
    "ID": """Maju Jaya Sentosa Makmur Abadi Nusantara Sinar Mandiri Karya Cipta Bumi Surya Tirta Mitra Graha Prima
        Lestari Bintang Cakrawala Sejahtera Utama Samudra Rajawali Wahana Anugerah Gemilang""",
    "SG": "Straits Orchid Harbour Lion Kallang Pioneer Bayfront Garden Equator Monsoon Banyan Lantern Keris Frangipani",
    "MY": "Cahaya Gemilang Perdana Murni Wawasan Seri Bersatu Kencana Indah Setia Damai Teguh Mewah Permata Bestari",
    "TH": "Thong Chao Phraya Lotus Ratchada Isan Andaman Rung Charoen Sap Udom",
    "VN": "Sao Viet Hoa Sen Song Hong Thanh Cong Phu Quy Dai Nam An Khang Minh Long Hung Thinh",
    "PH": "Luzon Maharlika Bayani Mabuhay Sampaguita Visayas Manila Perlas Islas Amihan Bulacan",
}
_FORMS: Final = {
    "ID": {"PT {}": 0.72, "CV {}": 0.2, "PT {} Tbk": 0.08},
    "SG": {"{} Pte Ltd": 0.95, "{} LLP": 0.05},
    "MY": {"{} Sdn Bhd": 0.93, "{} Berhad": 0.07},
    "TH": {"{} Co., Ltd.": 0.92, "{} Public Co., Ltd.": 0.08},
    "VN": {"{} JSC": 0.5, "Cong ty TNHH {}": 0.5},
    "PH": {"{} Corporation": 0.5, "{} Inc.": 0.5},
}
_CITIES: Final = {
    "ID": {"Jakarta": 8, "Surabaya": 4, "Bandung": 3, "Medan": 2, "Semarang": 2, "Makassar": 1, "Denpasar": 1},
    "SG": {"Singapore": 1},
    "MY": {"Kuala Lumpur": 5, "Petaling Jaya": 2, "Penang": 2, "Johor Bahru": 2},
    "TH": {"Bangkok": 6, "Chiang Mai": 1, "Phuket": 1},
    "VN": {"Ho Chi Minh City": 5, "Hanoi": 4, "Da Nang": 1},
    "PH": {"Makati": 4, "Manila": 3, "Cebu City": 2, "Davao City": 1},
}
_SIZES: Final[dict[tuple[int, int], float]] = {
    (1, 9): 0.24,
    (10, 49): 0.3,
    (50, 249): 0.27,
    (250, 999): 0.13,
    (1000, 12000): 0.06,
}


@dataclass(frozen=True, slots=True)
class Firm:
    """A company as it is, before anything of it is forgotten in a record."""

    name: str
    domain: str
    industry: str
    employees: int
    city: str
    founded: int


def firm(dice: Dice, country: str) -> Firm:
    """Return a company of a country."""
    words = _WORDS[country].split()
    first = dice.whole(0, len(words) - 1)
    second = (first + dice.whole(1, len(words) - 1)) % len(words)
    chosen = [words[first], words[second]]
    return Firm(
        name=dice.weighted(_FORMS[country]).format(" ".join(chosen)),
        domain=f"{''.join(chosen).lower()}.{country.lower()}.example",
        industry=dice.weighted(INDUSTRIES),
        employees=round(dice.log_between(*dice.weighted(_SIZES))),
        city=dice.weighted(_CITIES[country]),
        founded=dice.whole(1968, 2023),
    )
