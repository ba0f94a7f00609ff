"""The results of a run of a device, as values. Nothing here communicates with a device."""
