"""`python -m lingos`: the same as `lingos`."""

from __future__ import annotations

from lingos.cli.main import main

if __name__ == "__main__":
    main()
