"""The rig: devices under test, the verdict on them, reports, plans, and the live bench."""
