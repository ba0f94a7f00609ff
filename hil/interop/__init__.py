"""Interfaces to other tools: the Lab Streaming Layer, OpenBCI boards and BrainFlow, MNE."""
