"""Devices under test, by kind: simulated, emulated, on a serial port, by Bluetooth, or from a transcript."""
