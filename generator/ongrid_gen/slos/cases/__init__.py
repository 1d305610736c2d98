"""The generated rule tests of SLOs: traffic over time, and what each SLO must make of it."""
