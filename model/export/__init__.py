"""A trained encoder for others: as an embedder of recordings, a torch.export program, an ONNX file, a hub's folder."""
