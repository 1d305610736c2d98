"""The generated rule tests of the alert kinds: traffic over time, and what the rule must say of it."""
