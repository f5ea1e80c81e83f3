from __future__ import annotations

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from leadqual.errors import InputError
from leadqual.outreach.places.mail import Mailbox, _checked, mail_key, normal_email


def test_the_domain_is_small_and_the_name_stays_as_it_was_spelt() -> None:
    assert normal_email(" Siti.Rahma@Example.CO.ID ") == Mailbox(
        "Siti.Rahma@example.co.id", "siti.rahma@example.co.id", "example.co.id"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Siti@example.com", "sITI@EXAMPLE.COM"),
        ("siti@bücher.example.com", "siti@xn--bcher-kva.example.com"),
        ("jos\u00e9@example.com", "JOSE\u0301@example.com"),
        ("Info@example.com", "info@example.com"),
    ],
)
def test_spellings_of_one_address_share_a_key(one: str, other: str) -> None:
    assert normal_email(one).key == normal_email(other).key == mail_key(one)


@pytest.mark.parametrize(
    "text",
    ["", "@", "siti", "siti@", "@example.com", "siti@localhost", "siti@example", "a b@example.com", "a@@example.com",
     "siti@example..com", ".siti@example.com", "siti.@example.com", "si..ti@example.com", "siti@1.2.3.4",
     "siti@mail.test", f"{'a' * 250}@example.com", f"a@{'b' * 64}.com", f"a@{'b.' * 130}com", "siti@-a.com"],
)  # fmt: skip
def test_what_is_no_address_is_said_to_be_none(text: str) -> None:
    with pytest.raises(InputError) as caught:
        normal_email(text)
    assert caught.value.code == "bad-email"


def test_an_address_that_is_not_valid_still_has_a_key() -> None:
    assert mail_key(" Siti@LocalHost ") == mail_key("siti@LOCALHOST") == "siti@localhost"


names = st.text("abXYZ09.+-_!#é ", max_size=66)
domains = st.sampled_from(
    ["example.com", "EXAMPLE.co.id", "bücher.de", "localhost", "a.test", "x..y", "-a.com", "1.2.3.4"]
)


@given(names, domains | st.text("ab.-_1", max_size=12))
@example("a" * 64, "example.com")
@example("a" * 64, ".".join(["b" * 60] * 3) + ".example.com")
@example("a" * 60, ".".join(["b" * 60] * 3) + ".example.com")
@example("Info", "example.com")
def test_the_short_way_answers_as_the_whole_check_does(name: str, domain: str) -> None:
    text = f"{name}@{domain}".strip()
    try:
        whole = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        with pytest.raises(InputError):
            normal_email(text)
    else:
        short = normal_email(text)
        assert (short.key, short.domain) == (_checked(text).key, whole.ascii_domain)
        assert short.address.casefold() == whole.normalized.casefold()
