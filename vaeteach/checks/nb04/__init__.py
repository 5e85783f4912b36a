"""The exercises of notebook 04, a file each."""
