"""What other systems export, as our two tables: mapping documents, reading, normalising, and a report of every case."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
