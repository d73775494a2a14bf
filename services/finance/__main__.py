"""`python -m services.finance`."""

from services.finance.app import main

if __name__ == "__main__":
    main()
