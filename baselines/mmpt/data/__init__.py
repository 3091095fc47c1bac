"""MedMNIST files, official or synthetic, and batches of their images on a device."""
