"""The official MedMNIST files: where they are, and how they are read."""
