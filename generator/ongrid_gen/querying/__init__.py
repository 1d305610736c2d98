"""What `query` does: the time and the text that are asked, who is asked, and how the answer is shown."""
