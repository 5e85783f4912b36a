"""The exercises of notebook 13, a file each."""
