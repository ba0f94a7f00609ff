"""Exports of a trained encoder: an embedder of recordings, a torch.export program, an ONNX file, a hub's folder."""
