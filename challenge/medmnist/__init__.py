"""Official MedMNIST files: facts about them, one reader, one download; no Django."""
