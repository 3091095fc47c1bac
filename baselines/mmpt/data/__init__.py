"""MedMNIST files, official or synthetic, and the way from them to batches on a device."""
