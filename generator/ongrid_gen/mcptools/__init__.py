"""What is offered by the Model Context Protocol: searching traces, and what happened around an alert. Reads only."""
