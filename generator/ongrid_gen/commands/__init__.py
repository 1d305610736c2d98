"""One module per verb; `cli.COMMANDS` names them. Each is imported when it is called."""
