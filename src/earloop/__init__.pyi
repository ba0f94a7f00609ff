from . import cli, firmware, hil, hw, model, recordings, sim, spec, synth_data, system

__all__ = ["cli", "firmware", "hil", "hw", "model", "recordings", "sim", "spec", "synth_data", "system"]
