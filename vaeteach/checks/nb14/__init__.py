"""The exercises of notebook 14, a file each."""
