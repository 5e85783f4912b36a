"""The exercises of notebook 07, a file each."""
