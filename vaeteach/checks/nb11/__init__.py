"""The exercises of notebook 11, a file each."""
