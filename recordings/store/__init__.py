"""Sessions and corpora as Zarr folders."""
