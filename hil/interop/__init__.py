"""The tools that people have: the Lab Streaming Layer, OpenBCI boards and BrainFlow, MNE."""
