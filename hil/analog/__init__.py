"""The analog way in: a generator drives the electrodes, the earbud converts, and statistics judge."""
