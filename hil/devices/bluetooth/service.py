"""The GATT service that carries the link's frames; `docs/how-to/ble.md` says how to serve it.

Two characteristics form a byte stream in each direction, as in Nordic's UART service. The UUIDs are random, except for
the digits that distinguish the three, and belong to this project.
"""

from __future__ import annotations

SERVICE_UUID = "e4a20001-6f3b-4c58-9d1e-7b0c5a2f8d46"
TO_EARBUD_UUID = "e4a20002-6f3b-4c58-9d1e-7b0c5a2f8d46"  # write without response
FROM_EARBUD_UUID = "e4a20003-6f3b-4c58-9d1e-7b0c5a2f8d46"  # notify
