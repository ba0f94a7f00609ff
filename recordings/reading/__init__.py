"""What every reader of recordings shares: options, parts, channels, events, units and limits."""
