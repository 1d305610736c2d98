"""Follows one marked trace through the running stack, hop by hop, and looks for what usually goes wrong."""
