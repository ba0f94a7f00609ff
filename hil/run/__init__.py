"""What a run of a device gave back, as values; nothing here talks to a device."""
