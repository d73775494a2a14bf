"""`python -m services.operations`."""

from services.operations.app import main

if __name__ == "__main__":
    main()
