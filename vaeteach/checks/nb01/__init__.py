"""The exercises of notebook 01, a file each."""
