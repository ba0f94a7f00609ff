"""The head: where electrodes and sources lie, and how sources reach electrodes."""
