"""The exercises of notebook 00, a file each."""
