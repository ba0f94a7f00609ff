"""Earbuds by Bluetooth Low Energy: the frames of the serial link, over one GATT service."""
