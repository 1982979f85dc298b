"""From a case to a decision that is carried out: prepared and carried out durably, decided in one transaction."""
