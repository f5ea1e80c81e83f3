"""E-mail and messages, in both directions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from leadqual.model.interactions.base import Interaction
from leadqual.model.values import Flag
from leadqual.model.vocabulary import Channel, Direction


class EmailSent(Interaction):
    """We sent an e-mail."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["email_sent"] = "email_sent"
    subject: str | None = Field(default=None, description="The subject of the e-mail.")
    template: str | None = Field(default=None, description="The template it was made from.")


class EmailOpened(Interaction):
    """An e-mail was opened; mail programs do so by themselves, so this alone shows no interest."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["email_opened"] = "email_opened"
    subject: str | None = Field(default=None, description="The subject of the e-mail.")


class EmailClicked(Interaction):
    """A link in an e-mail was followed."""

    kind: Literal["email_clicked"] = "email_clicked"
    url: str | None = Field(default=None, description="Where the link leads.")
    subject: str | None = Field(default=None, description="The subject of the e-mail.")


class EmailReplied(Interaction):
    """The contact answered an e-mail."""

    kind: Literal["email_replied"] = "email_replied"
    subject: str | None = Field(default=None, description="The subject of the e-mail.")
    text: str | None = Field(default=None, description="What was written.")


class EmailBounced(Interaction):
    """An e-mail could not be delivered."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["email_bounced"] = "email_bounced"
    hard: Flag | None = Field(
        default=None, description="True if the address does not exist, false if it may work later."
    )
    reason: str | None = Field(default=None, description="What the mail server said.")


class DirectedMessage(Interaction):
    """A message that says who wrote it; ours shows no interest. It is no kind of its own."""

    interest_if: ClassVar[Mapping[str, frozenset[Any]]] = {"direction": frozenset({Direction.INBOUND})}
    direction: Direction = Field(description="Who wrote: the contact (inbound) or we (outbound).")
    text: str | None = Field(default=None, description="What was written.")
    template: str | None = Field(default=None, description="The template it was made from, for a broadcast.")


class WhatsappMessage(DirectedMessage):
    """A WhatsApp message, from the contact or from us."""

    kind: Literal["whatsapp_message"] = "whatsapp_message"


class InstagramMessage(DirectedMessage):
    """A direct message on Instagram, from the contact or from us."""

    kind: Literal["instagram_message"] = "instagram_message"


class ChatMessage(DirectedMessage):
    """A message in the chat on the site or in the app, from the contact or from us."""

    kind: Literal["chat_message"] = "chat_message"


class MessageReceived(Interaction):
    """The contact wrote on a channel that has no kind of its own, such as SMS, Telegram or LINE."""

    kind: Literal["message_received"] = "message_received"
    channel: Channel = Field(description="The channel on which it came.")
    text: str | None = Field(default=None, description="What was written.")


class MessageSent(Interaction):
    """We wrote on a channel that has no kind of its own, such as SMS, Telegram or LINE."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["message_sent"] = "message_sent"
    channel: Channel = Field(description="The channel on which it was sent.")
    text: str | None = Field(default=None, description="What was written.")
    template: str | None = Field(default=None, description="The template it was made from, for a broadcast.")
