"""The experiments: each a question about the model, with a command that answers it by a table and a figure."""
