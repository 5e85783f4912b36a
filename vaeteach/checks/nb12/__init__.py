"""The exercises of notebook 12, a file each."""
