"""mne-lsl's PlayerLSL on a signal that counts its samples, until standard input ends: `python -m tests.clients.play`.

Once an outlet is there it says `playing`. An argument says how annotations are sent: `one-hot` or `string`.
"""

from __future__ import annotations

import sys

import numpy as np

LABELS = ("T7", "T8", "TP9")
RATE = 100
SECONDS = 600  # longer than any test: at the end of a file mne-lsl 1.14 may send all of it at once
EVENTS = {0: ("blink", 0.0), 1: ("chew", 0.5)}  # label and duration at even and odd seconds


def signal():
    """In volts: the first channel grows by 1 uV a sample, the second is its opposite, the third is level at 5 uV."""
    count = 1e-6 * np.arange(SECONDS * RATE)
    return np.stack([count, -count, np.full(len(count), 5e-6)])


def main():
    import mne  # here: who only wants to know what is played loads no liblsl
    from mne_lsl.player import PlayerLSL

    raw = mne.io.RawArray(signal(), mne.create_info(list(LABELS), RATE, "eeg"), verbose="error")
    events = [EVENTS[second % 2] for second in range(SECONDS)]
    raw.set_annotations(mne.Annotations(range(SECONDS), [event[1] for event in events], [event[0] for event in events]))
    player = PlayerLSL(raw, chunk_size=10, name="player", annotations_encoding=sys.argv[1], source_id="player-1")
    player.start()
    sys.stdout.write("playing\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
