"""What a change of the spec does to a site that runs: which containers, at what cost, and which data is lost."""
