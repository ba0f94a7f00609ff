"""What seems to be wrong with a device, found from what it gave back."""
