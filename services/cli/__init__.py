"""The command line, `handoff`: one file a group of commands; `main` lists them."""
