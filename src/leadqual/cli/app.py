"""Where the command ``leadqual`` begins."""

from __future__ import annotations

import sys
from typing import Final

_EXTRA: Final = ("typer", "rich")


def main() -> None:
    """Run the command line, or say what to install if it lacks its packages."""
    try:
        from leadqual.cli.program import run  # noqa: PLC0415 - its packages are optional
    except ImportError as error:
        if error.name is None or error.name.partition(".")[0] not in _EXTRA:
            raise
        print(f"The command line needs {error.name}, which is not installed.", file=sys.stderr)
        print("    hint: pip install 'leadqual[cli]'", file=sys.stderr)
        raise SystemExit(2) from None
    run()


if __name__ == "__main__":
    main()
