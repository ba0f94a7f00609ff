"""The experiments. Each is a question about the model, which a command answers with a table and a figure."""
