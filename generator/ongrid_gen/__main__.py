"""Run the command line with `python -m ongrid_gen`."""

from ongrid_gen.cli import main

main()
