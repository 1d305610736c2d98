"""Service level objectives: burn-rate alerts over an error budget, and what watches over them."""
