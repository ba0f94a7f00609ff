"""When tokens arrive, and how fast a device's clock runs."""
