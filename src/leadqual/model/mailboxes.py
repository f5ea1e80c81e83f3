"""Mail providers whose addresses belong to a person rather than to a company."""

from __future__ import annotations

from typing import Final

_WORLDWIDE: Final = """
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com rocketmail.com
    icloud.com me.com mac.com aol.com proton.me protonmail.com pm.me gmx.com gmx.net mail.com zoho.com
    zohomail.com fastmail.com tutanota.com tuta.com hey.com yandex.com mail.ru inbox.com hushmail.com
"""

_ASIA_PACIFIC: Final = """
    yahoo.co.id yahoo.com.sg yahoo.com.my yahoo.com.ph yahoo.com.vn yahoo.co.th yahoo.co.in yahoo.com.au
    yahoo.co.jp yahoo.com.hk yahoo.com.tw hotmail.co.id hotmail.sg hotmail.my hotmail.co.th outlook.co.id
    outlook.sg outlook.my outlook.ph outlook.co.th outlook.com.vn outlook.jp live.com.my live.com.sg
    plasa.com telkom.net indosat.net.id cbn.net.id centrin.net.id indo.net.id singnet.com.sg starhub.net.sg
    pacific.net.sg streamyx.com tm.net.my pldtdsl.net thaimail.com rediffmail.com qq.com 163.com 126.com
    sina.com foxmail.com naver.com hanmail.net daum.net docomo.ne.jp ezweb.ne.jp softbank.ne.jp bigpond.com
    optusnet.com.au xtra.co.nz
"""

_EUROPE_AMERICAS: Final = """
    yahoo.co.uk hotmail.co.uk live.co.uk btinternet.com sky.com yahoo.fr hotmail.fr orange.fr free.fr
    laposte.net wanadoo.fr sfr.fr gmx.de web.de t-online.de freenet.de yahoo.de hotmail.de yahoo.it
    hotmail.it libero.it virgilio.it yahoo.es hotmail.es ziggo.nl kpnmail.nl bluewin.ch telenet.be
    wp.pl o2.pl interia.pl seznam.cz yandex.ru bk.ru list.ru comcast.net verizon.net att.net sbcglobal.net
    cox.net charter.net yahoo.ca rogers.com sympatico.ca shaw.ca yahoo.com.br hotmail.com.br uol.com.br
    bol.com.br terra.com.br yahoo.com.mx yahoo.com.ar hotmail.com.ar
"""

PERSONAL_MAIL: Final = frozenset(f"{_WORLDWIDE} {_ASIA_PACIFIC} {_EUROPE_AMERICAS}".split())
"""Domains of mail providers for private persons, in lower case."""


def mail_domain(email: str) -> str:
    """Return the part of an e-mail address after the @, in lower case."""
    return email.rpartition("@")[2].casefold()


def is_personal(email: str) -> bool:
    """Return whether an e-mail address is with a provider for private persons."""
    return mail_domain(email) in PERSONAL_MAIL
