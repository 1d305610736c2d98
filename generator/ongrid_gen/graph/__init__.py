"""The wiring of a bundle as a picture: who calls whom, and what each alert hangs on."""
