"""Files that hold a measured curve, each read by one module."""
