"""The exercises of notebook 15, a file each."""
