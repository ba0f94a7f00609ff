"""What every implementation agrees on: the design, its integers, the golden tokenizer, the wire messages."""
