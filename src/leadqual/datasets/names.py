"""Names of people as they are written in South-East Asia. The people are invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from leadqual.datasets.dice import Dice

_GIVEN: Final = {
    "javanese": """Siti Budi Dewi Agus Sri Andi Rina Eko Wulan Joko Putri Rizky Ayu Bambang Ratna Hendra Indah Dedi
        Fitri Yudi Nurul Arif Lestari Wahyu Maya Taufik Citra Rahmat Intan Dimas Yuni Fajar Kartika Bayu Melati Galih
        Ani Surya Nia Teguh""",
    "sundanese": "Asep Ujang Neneng Euis Dadang Cecep Yayan Iis Tatang Lilis Deden Nining Rudi Tika Gilang Rani",
    "batak": "Togar Ruth Maruli Rotua Poltak Tiur Sahat Bonar Lamhot Melva Parlin Duma Jonathan Magdalena",
    "balinese": "Made Wayan Ketut Nyoman Putu Kadek Gede Komang",
    "tionghoa": "Hendra Lisa Kevin Felicia Stefanus Vivian Rudy Yenny Andreas Cynthia Tommy Melissa William Jessica",
    "chinese": """Wei Jun Hui Mei Xin Yi Jia Ming Ling Kai Yan Hao Li Jing Zhi Siew Boon Kok Chee Poh Soon Hock Kim
        Teck Yong Pei Shu Shan Geok Swee""",
    "malay": """Aisyah Farah Zainab Nadia Izzati Aminah Rohana Suraya Hidayah Siti Nur Ahmad Farid Haziq Azlan Hafiz
        Rosli Amir Syafiq Faizal Khairul Zulkifli""",
    "indian": "Ravi Priya Suresh Kavitha Arjun Deepa Anita Vijay Lakshmi Ganesh Meena Prakash Shanti Rajesh Divya",
    "thai": """Somchai Siriporn Anan Kanya Nattapong Pimchanok Wichai Malee Thanawat Supaporn Prasert Chanida Kittisak
        Rattana Arthit Duangjai Sombat Waraporn""",
    "vietnamese": """Anh Minh Lan Hung Thao Tuan Huong Dung Mai Nam Linh Quang Trang Long Hoa Son Phuong Khanh Ngoc
        Duc""",
    "filipino": """Maria Jose Angelica Juan Kristine Mark Rosario Paolo Jasmine Carlo Liza Ramon Grace Miguel Teresa
        Antonio Divina Rodel Cherry Jericho""",
}
_FAMILY: Final = {
    "javanese": """Santoso Wijaya Rahma Pratama Hidayat Saputra Nugroho Susanto Wibowo Kusuma Setiawan Suryadi Permata
        Maharani Utami Firmansyah Ramadhan Putra Anggraini Purnomo Pangestu Kurniawan Hakim Iskandar Mulyani Handayani
        Rachman Yulianto Adiputra Sudarma Prasetyo Wicaksono Puspita Safitri""",
    "sundanese": "Sutisna Suherman Kosasih Nurhayati Sopandi Hermawan Rukmana Supriatna Rosmiati Gumilar Kurnia",
    "batak": "Siregar Nasution Simanjuntak Hutapea Harahap Lubis Sihombing Manurung Marpaung Sitompul Pohan Daulay",
    "balinese": "Suardana Wirawan Sukerta Artawan Adnyana Mahendra Suastika Widiantara Parwata Sudiarta",
    "tionghoa": "Halim Gunawan Hartono Salim Wijaya Tanuwijaya Susanto Lesmana Kusnadi Setiadi Budiman Tjandra",
    "chinese": "Tan Lim Lee Ng Wong Goh Chua Ong Koh Teo Chan Ho Yap Low Sim Chong Leong Ang Toh Foo Liew Khoo",
    "malay": """Abdullah Ismail Rahman Hassan Ibrahim Yusof Osman Hashim Mohamad Kassim Zainal Salleh Bakar Aziz
        Mansor Jaafar""",
    "indian": "Nair Pillai Menon Krishnan Subramaniam Raj Naidu Muthu Chandran Reddy Rajan Balakrishnan",
    "thai": """Srisuk Saetang Wongsakul Chaiyasit Boonmee Rattanakorn Suwannarat Phromma Thongchai Kaewkla Jaidee
        Charoenporn Pongpanich""",
    "vietnamese": "Nguyen Tran Le Pham Hoang Vu Phan Vo Dang Bui Do Ngo Duong",
    "filipino": """Santos Reyes Cruz Bautista Garcia Mendoza Torres Villanueva Ramos Flores Dela_Cruz Castillo
        Navarro Salazar Domingo Pascual""",
}
_PEOPLES: Final = {
    "ID": {"javanese": 0.6, "sundanese": 0.14, "batak": 0.11, "balinese": 0.06, "tionghoa": 0.09},
    "SG": {"chinese": 0.72, "malay": 0.15, "indian": 0.13},
    "MY": {"malay": 0.6, "chinese": 0.29, "indian": 0.11},
    "TH": {"thai": 1.0},
    "VN": {"vietnamese": 1.0},
    "PH": {"filipino": 1.0},
}
_DAUGHTERS: Final = {
    *["Aisyah", "Farah", "Zainab", "Nadia", "Izzati", "Aminah", "Rohana", "Suraya", "Hidayah", "Siti", "Nur"]
}
_GIVEN_NAMES: Final = {people: tuple(names.split()) for people, names in _GIVEN.items()}
_FAMILY_NAMES: Final = {
    people: tuple(name.replace("_", " ") for name in names.split()) for people, names in _FAMILY.items()
}
_MONONYM_SHARE: Final = 0.08
_TITLE_SHARE: Final = 0.1


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name as its bearer writes it, with its parts where it has such parts."""

    full: str
    given: str
    family: str | None = None

    @property
    def mailbox(self) -> str:
        """The name as the part of a mail address before the @."""
        parts = (self.given, self.family) if self.family else (self.given,)
        return ".".join(part.lower().replace(" ", "").replace("'", "") for part in parts)


def person_name(dice: Dice, country: str) -> PersonName:
    """Return a name as people of a country have it: family first in Vietnam, one name alone for some Indonesians."""
    people = dice.weighted(_PEOPLES[country])
    given, family = dice.pick(_GIVEN_NAMES[people]), dice.pick(_FAMILY_NAMES[people])
    match people:
        case "javanese" | "sundanese" if dice.chance(_MONONYM_SHARE):
            return PersonName(family, family)
        case "javanese" | "sundanese" if dice.chance(_TITLE_SHARE):
            return PersonName(f"{dice.pick(('Ir.', 'Dr.'))} {given} {family}", given, family)
        case "chinese":
            given = f"{given} {dice.pick(_GIVEN_NAMES[people])}"
            return PersonName(f"{family} {given}", given, family)
        case "malay":  # the second name is the father's, not the family's
            child = "binti" if given in _DAUGHTERS else "bin"
            return PersonName(f"{given} {child} {family}", given)
        case "vietnamese":
            return PersonName(f"{family} {dice.pick(('Thi', 'Van', 'Minh', 'Thanh', 'Duc'))} {given}", given, family)
        case _:
            return PersonName(f"{given} {family}", given, family)
