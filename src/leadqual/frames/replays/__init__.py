"""What a replay over tables is made of, beside the kernel."""
