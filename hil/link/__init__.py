"""The host's end of the link to an earbud: ports, frames, retries and received records."""
