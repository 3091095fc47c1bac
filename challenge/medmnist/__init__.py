"""Official MedMNIST files: facts, reader and download; no Django."""
