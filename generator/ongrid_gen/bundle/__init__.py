"""A rendered bundle as it lies on disk, whoever edited it, and the contracts that its files must keep."""
