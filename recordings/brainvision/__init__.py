"""Files of the BrainVision Core Data Format: header, markers and samples."""
