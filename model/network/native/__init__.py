"""The parts of a Mamba in C++ for the CPU: convolution, softplus, scan, and all directions of a layer in one."""
