"""Other projects' programs as the other side: what they say of our streams, and what we make of theirs."""
