"""`python -m services.sales`."""

from services.sales.app import main

if __name__ == "__main__":
    main()
