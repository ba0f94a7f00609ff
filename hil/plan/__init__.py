"""Plans: files that combine recordings, devices, designs and tolerances to cases with one overall verdict."""
