"""Pictures: the one place that knows the library which draws them."""
