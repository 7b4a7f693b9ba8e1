"""From a run to what is published: the ONNX file, its card with figures and pictures, and the way to the Hub."""
