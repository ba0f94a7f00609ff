"""The two links from the earbud to the host, with their closed forms: BLE, and a wired UART.

A BLE connection event, with the central on the upper line::

    anchor                                                              next anchor
    | poll |IFS|        |IFS| poll+ack |IFS|        |IFS| ack ...          |
           |IFS|  data  |IFS|          |IFS|  data  |
    |<-------- exchange ------->|

An exchange is one packet in each direction. It fails as a whole: a lost acknowledgement counts as lost data. A failure
ends the event, and the packet is sent again at the next one, on another channel. The connection is not encrypted.
Formats and times: Bluetooth Core Specification 5.4, volume 6, part B.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from earloop.sim.timeline.checks import TimelineError, at_least, positive, probability

IFS_S = 150e-6  # inter frame space, part B 4.1
PACKET_OVERHEAD_BYTES = {1: 1 + 4 + 2 + 3, 2: 2 + 4 + 2 + 3}  # preamble, access address, header, CRC: part B 2.1
MAX_DATA_BYTES = 251  # largest payload of a data packet, part B 2.4
ATT_OVERHEAD_BYTES = 4 + 3  # L2CAP header (volume 3, part A 3.1), notification opcode and handle (part F 3.4.7.1)
INTERVAL_RANGE_S = (7.5e-3, 4.0)  # part B 4.5.1


@dataclass(frozen=True, kw_only=True)
class Fading:
    """A channel of two states, after Gilbert and Elliott: packet error rates, and means of exponential durations.

    The default is an estimate: sometimes the body shadows the antenna.
    """

    good_error: float = 0.01
    bad_error: float = 0.6
    good_s: float = 5.0
    bad_s: float = 0.1

    def __post_init__(self) -> None:
        probability("packet error rate, good state", self.good_error)
        probability("packet error rate, bad state", self.bad_error)
        positive("mean duration of the good state, s", self.good_s)
        positive("mean duration of the bad state, s", self.bad_s)

    @property
    def mean_error(self) -> float:
        """Mean packet error rate over a long time."""
        return (self.good_error * self.good_s + self.bad_error * self.bad_s) / (self.good_s + self.bad_s)


NO_FADING = Fading(good_error=0.0, bad_error=0.0)
"""A radio channel that loses no packet."""


@dataclass(frozen=True, kw_only=True)
class BleLink:
    """A BLE connection that carries the frames' bytes as notifications, each as full as the buffer allows.

    Parameters
    ----------
    phy_mbit : 1 or 2, the PHY's Mbit/s
    packets_per_event : largest number of data packets in one event; the interval may allow fewer
    max_attempts : a packet is dropped after so many attempts; None, as in LE's data channels, for no limit
    supervision_s : the connection is lost after so long without a successful exchange
    reconnect_s : time from that loss to the first event of a new connection
    host_lag_max_s : the largest delay in the host; the density of delays falls linearly from 0 to it
    """

    interval_s: float = 15e-3  # the shortest that iOS allows (Accessory Design Guidelines for Apple Devices)
    phy_mbit: int = 2
    packets_per_event: int = 6  # estimate for a phone
    data_bytes: int = MAX_DATA_BYTES
    max_attempts: int | None = None
    supervision_s: float = 4.0  # estimate; phones take 2 to 6 s
    reconnect_s: float = 1.0  # estimate: advertising, connecting, subscribing
    fading: Fading = field(default_factory=Fading)
    host_lag_max_s: float = 46e-3  # a phone's lag, 0 to 46 ms with a mean of 15 (Debener 2015, 10.1038/srep16743)

    def __post_init__(self) -> None:
        low, high = INTERVAL_RANGE_S
        if not low <= self.interval_s <= high:
            raise TimelineError(f"connection interval = {self.interval_s * 1e3:g} ms: must be 7.5 to 4000 ms")
        if self.phy_mbit not in PACKET_OVERHEAD_BYTES:
            raise TimelineError(f"PHY = {self.phy_mbit:g} Mbit/s: must be 1 or 2")
        if not ATT_OVERHEAD_BYTES < self.data_bytes <= MAX_DATA_BYTES:
            raise TimelineError(f"data packet = {self.data_bytes} bytes: must be 8 to {MAX_DATA_BYTES}")
        at_least("packets in a connection event", self.packets_per_event, 1)
        if self.max_attempts is not None:
            at_least("attempts at a packet", self.max_attempts, 1)
        positive("supervision timeout, s", self.supervision_s)
        at_least("time to reconnect, s", self.reconnect_s, 0)
        at_least("host lag, s", self.host_lag_max_s, 0)

    @property
    def payload_bytes(self) -> int:
        """Bytes of frames that one packet carries."""
        return self.data_bytes - ATT_OVERHEAD_BYTES

    @property
    def poll_s(self) -> float:
        """Airtime of an empty packet, s."""
        return self._airtime_s(0)

    def data_s(self, payload_bytes: int) -> float:
        """Return the airtime of a packet with `payload_bytes` of frames, s; 0 bytes are an empty packet."""
        return self._airtime_s(payload_bytes + ATT_OVERHEAD_BYTES if payload_bytes else 0)

    def exchange_s(self, payload_bytes: int) -> float:
        """Return the time of a poll, a packet with `payload_bytes`, and the spaces after both, s."""
        return self.poll_s + self.data_s(payload_bytes) + 2 * IFS_S

    @property
    def packets(self) -> int:
        """Number of full packets that fit in one event."""
        return max(1, min(self.packets_per_event, int(self.interval_s / self.exchange_s(self.payload_bytes))))

    @property
    def capacity_bit_s(self) -> float:
        """Bits of frames in a second on a channel without errors."""
        return 8 * self.payload_bytes * self.packets / self.interval_s

    def _airtime_s(self, data_bytes: int) -> float:
        return 8e-6 * (PACKET_OVERHEAD_BYTES[self.phy_mbit] + data_bytes) / self.phy_mbit


@dataclass(frozen=True)
class UartLink:
    """A wire at `baud`, 8N1, without losses; the earbud's battery does not supply it."""

    baud: int
    host_lag_max_s: float = 1e-3  # one frame of full-speed USB

    def __post_init__(self) -> None:
        positive("baud", self.baud)
        at_least("host lag, s", self.host_lag_max_s, 0)

    def seconds(self, frame_bytes: int) -> float:
        """Return the time of a frame on the wire, s: ten bits for each byte."""
        return 10 * frame_bytes / self.baud

    @property
    def capacity_bit_s(self) -> float:
        """Bits of frames in a second."""
        return 0.8 * self.baud


Link = BleLink | UartLink
"""A line between earbud and host: a BLE connection or a serial line."""
