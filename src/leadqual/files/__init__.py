"""Contacts and interactions in files: reading them row by row, and writing results whole or not at all."""

from __future__ import annotations

from leadqual.files.contacts import ContactReader, read_contacts
from leadqual.files.interactions import InteractionReader, read_interactions
from leadqual.files.leads import Leads, read_leads
from leadqual.files.row import Row

__all__ = [
    "ContactReader",
    "InteractionReader",
    "Leads",
    "Row",
    "read_contacts",
    "read_interactions",
    "read_leads",
]
