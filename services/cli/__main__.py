"""`python -m services.cli` is `handoff`."""

from services.cli.main import main

main()
