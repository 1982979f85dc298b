"""Who the desk deals with: the outside's people behind pseudonyms, its own staff, the keys of machines."""
